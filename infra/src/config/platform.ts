/** The settings of where the services run: on ECS, on an EKS cluster of the stack, or on a cluster that exists. */
import { type Draft, type EnvReader, type Invalid, isValid, orUndefined } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { PLATFORM_KEYS, readList } from './keys.ts';
import type { ComputeConfig, PlatformConfig } from './types.ts';

/** Zones of an EKS cluster at least: its control plane and its pods survive the loss of one. */
const EKS_ZONES = 3;

/** Reads the platform, and checks it against everything that runs. */
export function readPlatform(reader: EnvReader, compute: Draft<ComputeConfig> | undefined) {
  const kind = reader.choice('platform', ['ecs', 'eks', 'none'], 'ecs');
  if (!isValid(kind)) return kind;
  for (const [key, kinds] of Object.entries(PLATFORM_KEYS)) {
    if (reader.isSet(key) && !kinds.includes(kind)) {
      reader.report(
        key,
        `is set, but platform is ${kind}`,
        `remove it, or set platform to ${kinds.join(' or ')}`,
      );
    }
  }
  if (kind === 'ecs') return { kind } satisfies PlatformConfig;
  if (compute && isValid(compute)) checkCompute(reader, kind, compute);
  const vaultRoleArn = readArn(reader, 'vaultRoleArn', 'iam', "the role of Vault's servers");
  return kind === 'eks' ? readEks(reader, vaultRoleArn) : readNone(reader, vaultRoleArn);
}

function checkCompute(
  reader: EnvReader,
  kind: 'eks' | 'none',
  compute: Exclude<Draft<ComputeConfig>, Invalid>,
) {
  const { entry, zones, natGateways } = compute;
  if (isValid(entry) && !('hostedZoneId' in entry)) {
    reader.report(
      'hostedZoneId',
      'is not set, and cert-manager proves there that it owns domainName',
      'set domainName and the id of its Route 53 zone',
    );
  }
  if (kind === 'none') return;
  if (isValid(zones) && zones < EKS_ZONES) {
    reader.report('zones', `is ${zones} for an EKS cluster`, `set at least ${EKS_ZONES}`);
  }
  if (natGateways === 'none') {
    const remedy = 'set it to perZone, or to single in dev';
    reader.report('natGateways', 'is none, but nodes pull the images of add-ons from the Internet', remedy);
  }
}

function readEks(reader: EnvReader, vaultRoleArn: string | undefined): Draft<PlatformConfig> {
  const endpoint = reader.choice('eksEndpoint', ['private', 'public'], 'private');
  const remedy = 'set ranges of your offices and runners, such as 203.0.113.0/24, separated by commas';
  const publicCidrs = reader.read(
    'eksPublicCidrs',
    readList(
      z
        .cidrv4({ error: 'not a list of ranges' })
        .refine((cidr) => !cidr.endsWith('/0'), { error: 'open to everybody' }),
    ),
    remedy,
  );
  if (isValid(publicCidrs)) {
    if (endpoint === 'public' && publicCidrs.length === 0)
      reader.report('eksPublicCidrs', 'is not set, but eksEndpoint is public', remedy);
    if (endpoint === 'private' && publicCidrs.length > 0)
      reader.report(
        'eksPublicCidrs',
        'is set, but eksEndpoint is private',
        'set eksEndpoint to public, or remove it',
      );
  }
  return {
    kind: 'eks',
    version: reader.read(
      'eksVersion',
      z
        .string()
        .regex(/^1\.(3[3-9]|[4-9]\d)$/, { error: 'not a version from 1.33 on' })
        .default('1.34'),
      'set a version that EKS offers, such as 1.34',
    ),
    endpoint,
    publicCidrs,
    administrators: reader.read(
      'eksAdministrators',
      readList(
        z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, { error: 'not a list of ARNs' }),
      ),
      'set ARNs of roles or users, separated by commas',
    ),
    ...(vaultRoleArn && { vaultRoleArn }),
  };
}

function readNone(reader: EnvReader, vaultRoleArn: string | undefined): Draft<PlatformConfig> {
  const clusterName = orUndefined(
    reader.read(
      'clusterName',
      z
        .string()
        .regex(/^[A-Za-z0-9][\w-]{0,99}$/, { error: 'not the name of an EKS cluster' })
        .optional(),
      'set the name of an EKS cluster',
    ),
  );
  const oidcProviderArn = readArn(reader, 'oidcProviderArn', 'iam', "the cluster's OIDC provider");
  if (!clusterName && !oidcProviderArn && !vaultRoleArn) {
    const remedy =
      'set it for EKS Pod Identity, oidcProviderArn for IRSA, or vaultRoleArn for credentials from Vault';
    reader.report('clusterName', 'is not set, and nobody could take on the roles', remedy);
  }
  return {
    kind: 'none',
    clusterCidrs: reader.read(
      'clusterCidrs',
      readList(z.cidrv4({ error: 'not a list of ranges' })).refine((list) => list.length > 0, {
        error: 'empty',
      }),
      'set the ranges in which the cluster reaches the cache and the VPC endpoints, such as 10.0.0.0/16',
    ),
    redisUrl: reader.url(
      'redisUrl',
      ['redis:', 'rediss:'],
      'rediss://:password@cache.example.com:6379 (with --secret)',
    ),
    ...(clusterName && { clusterName }),
    ...(oidcProviderArn && { oidcProviderArn }),
    ...(vaultRoleArn && { vaultRoleArn }),
  };
}

function readArn(reader: EnvReader, key: string, service: string, what: string): string | undefined {
  const schema = z
    .string()
    .regex(new RegExp(`^arn:aws[a-z-]*:${service}::\\d{12}:.+$`), { error: 'not an ARN' })
    .optional();
  return orUndefined(reader.read(key, schema, `set the ARN of ${what}`));
}
