/** The program that `pulumi up` runs: settings in, the whole system of one stack out. */
import { ConfigError } from '@order-pipeline/platform/env';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { loadConfig } from './config/load.ts';
import type { StackConfig } from './config/types.ts';
import { createSystem } from './system.ts';

/** The settings of this project, without its prefix. */
function readSettings(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

function loadOrStop(): StackConfig {
  try {
    return loadConfig(readSettings(), aws.config.region, pulumi.getStack());
  } catch (error) {
    // A RunError is shown without its stack: the message names the remedy.
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

export default createSystem(loadOrStop());
