/** Loads the environments: a stack's output from k8s/settings, and the cluster's settings. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTERS } from './clusters.ts';
import { parseInputs } from './schema.ts';
import type { Environment } from './types.ts';

/**
 * Loads every environment from a folder with one JSON file each.
 *
 * @throws {Error} when a file is missing or does not fit.
 */
export function loadEnvironments(folder: string): Environment[] {
  return Object.entries(CLUSTERS).map(([name, cluster]) => {
    const path = join(folder, `${name}.json`);
    return { name, cluster, inputs: parseInputs(JSON.parse(readFileSync(path, 'utf8')), path) };
  });
}
