/** A stack's settings: read once, all problems reported together with their remedies, then complete and typed. */
import { type Environment, EnvReader } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { readCompute } from './compute.ts';
import { CONFIG_KEYS, readList, readSwitch } from './keys.ts';
import type { StackConfig } from './types.ts';

/**
 * Reads a stack's settings. `region` is the provider's `aws:region`. Throws a ConfigError that lists everything that
 * is wrong, unknown settings included, since a misspelt one would silently mean its default.
 */
export function loadConfig(settings: Environment, region: string | undefined): StackConfig {
  const reader = new EnvReader(settings);
  for (const key of Object.keys(settings)) {
    if (!CONFIG_KEYS.includes(key)) reader.report(key, 'is not a setting', 'see the table in docs/deploy.md');
  }
  if (!region) reader.report('aws:region', 'is not set', 'pulumi config set aws:region eu-central-1');
  const stage = reader.read(
    'stage',
    z.enum(['local', 'dev', 'prod'], { error: 'not one of the known values' }),
    'pulumi config set stage dev (or prod, or local for an emulator)',
  );
  const compute = readSwitch(reader, 'compute', stage !== 'local');
  const alarms = readSwitch(reader, 'alarms', stage !== 'local');
  if (stage === 'local' && compute) {
    reader.report('compute', 'is on for an emulator', 'set it to off: the services run by npm start');
  }
  const email = reader.read(
    'alarmEmail',
    z.email({ error: 'not an address' }).optional(),
    'set an e-mail address',
  );
  const config: StackConfig = {
    stage,
    region: region ?? '',
    protect: readSwitch(reader, 'protect', stage === 'prod'),
    replicaRegions: readRegions(reader, region),
    signingKeyGeneration: reader.integer('signingKeyGeneration', 1, 1, 1_000_000),
    jwtSecretGeneration: reader.integer('jwtSecretGeneration', 1, 1, 1_000_000),
    version: reader.textOr('version', 'unknown'),
    ...(compute && { compute: readCompute(reader, stage) }),
    ...(alarms && { alarms: { ...(email && { email }) } }),
  };
  reader.done();
  return config;
}

function readRegions(reader: EnvReader, region: string | undefined): string[] {
  const list = readList(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'not a list of regions' }));
  const remedy = 'set regions other than aws:region, separated by commas: eu-west-1,eu-north-1';
  const regions = reader.read('replicaRegions', list, remedy);
  if (region && regions?.includes(region))
    reader.report('replicaRegions', 'has the home region in it', remedy);
  return regions;
}
