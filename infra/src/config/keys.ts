/** The names of the settings. */
import type { EnvReader } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { SERVICE_NAMES, type ServiceName, SINGLE_SERVICES } from '../decide/services.ts';
import { PROCESSOR_TUNING } from '../decide/tuning.ts';

const SIZE_KEYS = SERVICE_NAMES.flatMap((name) => {
  const counts = SINGLE_SERVICES.includes(name) ? [] : ['MinTasks', 'MaxTasks'];
  return ['Cpu', 'Memory', ...counts].map((suffix) => `${toKey(name)}${suffix}`);
});

/** Settings of the console, which mean nothing while it is off. */
export const OPERATIONS_KEYS = [
  ...['operationsDomainName', 'operationsCertificateArn', 'operationsIssuer', 'operationsClientId'],
  ...['operationsClientSecret', 'operationsAudience', 'operationsRolesClaim', 'operationsViewerRole'],
  ...['operationsOperatorRole', 'operationsTraceUrl', 'sessionSecretGeneration'],
] as const;

/** Settings of some platforms only, and the platforms that read each. */
export const PLATFORM_KEYS: Readonly<Record<string, readonly string[]>> = {
  eksVersion: ['eks'],
  eksEndpoint: ['eks'],
  eksPublicCidrs: ['eks'],
  eksAdministrators: ['eks'],
  clusterName: ['none'],
  clusterCidrs: ['none'],
  oidcProviderArn: ['none'],
  redisUrl: ['none'],
  vaultRoleArn: ['eks', 'none'],
  tracesCollector: ['eks', 'none'],
};

/** Every setting there is. */
export const CONFIG_KEYS: readonly string[] = [
  ...['stage', 'protect', 'replicaRegions', 'signingKeyGeneration', 'jwtSecretGeneration', 'version'],
  ...['compute', 'alarms', 'alarmEmail', 'runbookUrl', 'retire'],
  ...['vpcCidr', 'zones', 'natGateways', 'domainName', 'hostedZoneId', 'certificateArn', 'waf', 'canary'],
  ...['authMode', 'oidcIssuer', 'oidcAudience', 'rateLimit', 'corsOrigins', 'imageTag', 'imageDigests'],
  ...['paymentGateway', 'stripeApiKey', 'stripeWebhookSecret', 'webhooks', 'webhookAllOrdersUsers'],
  ...['tracing', 'tracesShare', 'operations', ...OPERATIONS_KEYS],
  ...['cacheNodeType', 'cacheNodes', 'logRetentionDays', 'logLevel', 'appMetrics', 'containerInsights'],
  ...SIZE_KEYS,
  ...PROCESSOR_TUNING.map(({ key }) => key),
  ...['platform', ...Object.keys(PLATFORM_KEYS)],
];

/** A setting that is on or off. */
export function readSwitch(reader: EnvReader, key: string, fallback: boolean): boolean {
  return reader.choice(key, ['on', 'off'], fallback ? 'on' : 'off') === 'on';
}

/** The prefix of a service's settings: `order-api` is sized by `apiCpu`, `apiMemory` and so on. */
export function toKey(service: ServiceName): string {
  return service.replace('order-', '');
}

/** The schema of a list with commas between; empty by default. */
export function readList<T>(item: z.ZodType<T, string>): z.ZodType<T[]> {
  return z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(item));
}
