/** The settings of everything that runs. */
import type { EnvReader, Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { validateTaskSize } from '../decide/fargate.ts';
import { IMAGE_NAMES, SERVICE_NAMES, type ServiceName } from '../decide/services.ts';

import { readList, readSwitch, toKey } from './keys.ts';
import type { AuthConfig, ComputeConfig, EntryConfig, ImagesConfig, ServiceSize } from './types.ts';

/** CloudWatch's periods of retention, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365];

/** Reads the settings of everything that runs, and checks those that depend on each other. */
export function readCompute(reader: EnvReader, stage: Stage): ComputeConfig {
  const natGateways = reader.choice('natGateways', ['none', 'single', 'perZone'], 'none');
  const auth = readAuth(reader);
  if (auth.mode === 'oidc' && natGateways === 'none') {
    reader.report(
      'natGateways',
      "is none, but order-api fetches the issuer's keys",
      'set it to single or perZone',
    );
  }
  return {
    vpcCidr: reader.read(
      'vpcCidr',
      z
        .string()
        .regex(/^(10|172|192)(\.\d{1,3}){3}\/(1[6-9]|2[0-2])$/, {
          error: 'not a private range of /16 to /22',
        })
        .default('10.0.0.0/16'),
      'set a range such as 10.0.0.0/16',
    ),
    zones: reader.integer('zones', 2, 2, 3),
    natGateways,
    entry: readEntry(reader, stage),
    waf: readSwitch(reader, 'waf', false),
    canary: readSwitch(reader, 'canary', stage === 'prod'),
    auth,
    rateLimit: reader.read(
      'rateLimit',
      z
        .string()
        .regex(/^\d+\/(second|minute|hour|day)$/, { error: 'not a rate' })
        .default('100/minute'),
      'set a rate such as 100/minute',
    ),
    corsOrigins: reader.read(
      'corsOrigins',
      readList(z.url({ protocol: /^https?$/, error: 'not a list of origins' })),
      'set origins such as https://shop.example.com, separated by commas',
    ),
    images: readImages(reader),
    services: Object.fromEntries(SERVICE_NAMES.map((name) => [name, readSize(reader, name)])) as Record<
      ServiceName,
      ServiceSize
    >,
    cacheNodeType: reader.read(
      'cacheNodeType',
      z
        .string()
        .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, { error: 'not a node type' })
        .default('cache.t4g.micro'),
      'set a node type such as cache.t4g.micro',
    ),
    cacheNodes: reader.integer('cacheNodes', stage === 'prod' ? 2 : 1, stage === 'prod' ? 2 : 1, 6),
    logRetentionDays: reader.read(
      'logRetentionDays',
      z.coerce
        .number()
        .refine((days) => RETENTION_DAYS.includes(days), { error: 'not a period of CloudWatch' })
        .default(30),
      `set one of ${RETENTION_DAYS.join(', ')}`,
    ),
    logLevel: reader.choice('logLevel', ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info'),
    appMetrics: readSwitch(reader, 'appMetrics', true),
    containerInsights: readSwitch(reader, 'containerInsights', false),
  };
}

function readEntry(reader: EnvReader, stage: Stage): EntryConfig {
  const text = (key: string, pattern: RegExp, error: string, remedy: string) =>
    reader.read(key, z.string().regex(pattern, { error }).optional(), remedy);
  const domainName = text(
    'domainName',
    /^([a-z0-9-]+\.)+[a-z]{2,}$/,
    'not a domain name',
    'set api.example.com',
  );
  const hostedZoneId = text(
    'hostedZoneId',
    /^Z[A-Z0-9]+$/,
    "not a zone's id",
    'set the id of a Route 53 zone',
  );
  const certificateArn = text(
    'certificateArn',
    /^arn:aws[a-z-]*:acm:[^:]+:\d{12}:certificate\/.+$/,
    "not a certificate's ARN",
    "set the ARN of a certificate in the stack's region",
  );
  if (domainName && hostedZoneId && certificateArn) {
    reader.report('certificateArn', 'is set beside hostedZoneId', 'set only one of the two');
  }
  if (domainName && certificateArn) return { scheme: 'https', domainName, certificateArn };
  if (domainName && hostedZoneId) return { scheme: 'https', domainName, hostedZoneId };
  if (domainName) {
    reader.report('domainName', 'has no certificate', 'set hostedZoneId or certificateArn as well');
  } else if (hostedZoneId || certificateArn) {
    reader.report('domainName', 'is not set', 'set the name under which clients reach the API');
  } else if (stage !== 'dev') {
    reader.report(
      'domainName',
      'is not set, and plain HTTP is for dev only',
      'pulumi config set domainName api.example.com and hostedZoneId or certificateArn',
    );
  }
  return { scheme: 'http' };
}

function readAuth(reader: EnvReader): AuthConfig {
  const mode = reader.choice('authMode', ['password', 'oidc'], 'password');
  if (mode === 'password') return { mode };
  return {
    mode: 'oidc',
    issuer: reader.url('oidcIssuer', ['https:'], 'https://login.example.com'),
    audience: reader.text('oidcAudience', 'set the audience that tokens must name'),
  };
}

function readImages(reader: EnvReader): ImagesConfig {
  const tag = reader.read(
    'imageTag',
    z
      .string()
      .regex(/^\w[\w.-]{0,127}$/, { error: 'not a tag' })
      .optional(),
    'set the tag under which all images were pushed',
  );
  const digests = reader.read('imageDigests', digestsSchema.optional(), DIGESTS_REMEDY);
  if (tag && digests) reader.report('imageTag', 'is set beside imageDigests', 'set only one of the two');
  if (digests) return { source: 'digest', digests };
  return tag ? { source: 'tag', tag } : { source: 'build' };
}

const DIGESTS_REMEDY = `set a JSON object with a digest (sha256:…) for each of ${IMAGE_NAMES.join(', ')}`;

const digestsSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.strictObject(
      Object.fromEntries(
        IMAGE_NAMES.map((name) => [
          name,
          z
            .string({ error: 'without a digest for every image' })
            .regex(/^sha256:[0-9a-f]{64}$/, { error: 'not a digest' }),
        ]),
      ),
      { error: 'not an object of digests' },
    ),
  );

function readSize(reader: EnvReader, service: ServiceName): ServiceSize {
  const key = toKey(service);
  const size = {
    cpuUnits: reader.integer(`${key}Cpu`, 256, 256, 4096),
    memoryMiB: reader.integer(`${key}Memory`, 512, 512, 30_720),
    minTasks: reader.integer(`${key}MinTasks`, 1, 1, 100),
    maxTasks: reader.integer(`${key}MaxTasks`, 4, 1, 1_000),
  };
  const problem = validateTaskSize(size);
  if (problem && size.cpuUnits && size.memoryMiB) {
    reader.report(`${key}Memory`, 'does not fit the CPU', problem);
  }
  if (size.minTasks > size.maxTasks) {
    reader.report(`${key}MaxTasks`, `is less than ${key}MinTasks`, `set at least ${size.minTasks}`);
  }
  return size;
}
