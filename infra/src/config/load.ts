/** A stack's settings: read once, all problems reported together with their remedies, then complete and typed. */
import {
  type Environment,
  EnvReader,
  type Invalid,
  isValid,
  orUndefined,
} from '@order-pipeline/platform/env';
import { z } from 'zod';
import { readCompute } from './compute.ts';
import { CONFIG_KEYS, readList, readSwitch } from './keys.ts';
import { readPlatform } from './platform.ts';
import { checkProduction, checkStackName } from './production.ts';
import { isRegion, partitionOf } from './regions.ts';
import type { StackConfig } from './types.ts';

/** Levels at which order-api writes no access log, which the alarm on latency reads. */
const WITHOUT_ACCESS_LOG = ['warn', 'error', 'fatal'];

/**
 * Reads a stack's settings. `region` is the provider's `aws:region`, `stack` the stack's name.
 *
 * @throws {ConfigError} that lists everything that is wrong, unknown settings included, since a misspelt one would
 * silently mean its default
 */
export function loadConfig(settings: Environment, region: string | undefined, stack?: string): StackConfig {
  const reader = new EnvReader(settings);
  for (const key of Object.keys(settings)) {
    if (!CONFIG_KEYS.includes(key)) reader.report(key, 'is not a setting', 'see the table in docs/deploy.md');
  }
  checkRegion(reader, region);
  const stage = reader.read(
    'stage',
    z.enum(['local', 'dev', 'prod'], { error: 'not one of the known values' }),
    'pulumi config set stage dev (or prod, or local for an emulator)',
  );
  checkStackName(reader, stack, orUndefined(stage));
  const runs = readSwitch(reader, 'compute', stage !== 'local');
  const alarms = readSwitch(reader, 'alarms', stage !== 'local');
  if (stage === 'local' && runs) {
    reader.report('compute', 'is on for an emulator', 'set it to off: the services run by npm start');
  }
  const address = reader.read(
    'alarmEmail',
    z.email({ error: 'not an address' }).optional(),
    'set an e-mail address',
  );
  const email = orUndefined(address);
  const protect = readSwitch(reader, 'protect', stage === 'prod');
  const compute = runs ? readCompute(reader, stage, region) : undefined;
  const platform = readPlatform(reader, compute);
  if (alarms && compute) checkLogLevel(reader, compute.logLevel);
  if (stage === 'prod') {
    const retire = orUndefined(reader.textOr('retire', '')) ?? '';
    const { canary = false, entry, operations } = compute ?? {};
    checkProduction(reader, { protect, alarms, email, canary, entry, operations }, stack, retire);
  }
  return reader.resolve<StackConfig>({
    stage,
    region: region ?? '',
    protect,
    replicaRegions: readRegions(reader, region),
    signingKeyGeneration: reader.integer('signingKeyGeneration', 1, 1, 1_000_000),
    jwtSecretGeneration: reader.integer('jwtSecretGeneration', 1, 1, 1_000_000),
    version: reader.textOr('version', 'unknown'),
    runbookUrl: reader.textOr('runbookUrl', 'docs/runbook.md'),
    platform,
    ...(compute && { compute }),
    ...(alarms && { alarms: { ...(email && { email }) } }),
  });
}

function checkRegion(reader: EnvReader, region: string | undefined): void {
  const remedy = 'pulumi config set aws:region eu-central-1';
  if (!region) reader.report('aws:region', 'is not set', remedy);
  else if (!isRegion(region))
    reader.report('aws:region', `is ${region}, which is not a region of AWS`, remedy);
}

function checkLogLevel(reader: EnvReader, logLevel: string | Invalid): void {
  if (isValid(logLevel) && WITHOUT_ACCESS_LOG.includes(logLevel)) {
    reader.report(
      'logLevel',
      `is ${logLevel}, but the alarm on latency reads the access log of order-api`,
      'set it to info or debug, or alarms to off',
    );
  }
}

function readRegions(reader: EnvReader, region: string | undefined): string[] | Invalid {
  const list = readList(z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { error: 'not a list of regions' }));
  const remedy = 'set regions other than aws:region, separated by commas: eu-west-1,eu-north-1';
  const regions = reader.read('replicaRegions', list, remedy);
  if (!isValid(regions)) return regions;
  const report = (problem: string) => reader.report('replicaRegions', problem, remedy);
  if (region && regions.includes(region)) report('has the home region in it');
  for (const name of new Set(regions)) {
    if (!isRegion(name)) report(`holds ${name}, which is not a region of AWS`);
    else if (region && partitionOf(name) !== partitionOf(region))
      report(`holds ${name}, which is apart from ${region}`);
    if (regions.indexOf(name) !== regions.lastIndexOf(name)) report(`holds ${name} twice`);
  }
  return regions;
}
