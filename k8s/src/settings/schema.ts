/** Reads the output `kubernetes` of a stack, as `pulumi stack output kubernetes --json` prints it. */
import { z } from 'zod';
import type { ManifestInputs } from '../../../infra/src/decide/manifest-inputs.ts';
import { SERVICE_NAMES } from '../../../infra/src/decide/services.ts';

const text = z.string().min(1);
const cidrs = z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1);
const count = z.int().positive();
const roleNames = [...SERVICE_NAMES, 'keda', 'external-secrets', 'cert-manager'] as const;

const schema: z.ZodType<ManifestInputs> = z.strictObject({
  prefix: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, { error: 'not a name for a namespace' }),
  stage: z.enum(['dev', 'prod']),
  region: text,
  logLevel: text,
  auth: z.strictObject({ mode: text, issuer: z.url().optional(), audience: text.optional() }) as z.ZodType<
    ManifestInputs['auth']
  >,
  rateLimit: text,
  corsOrigins: z.array(z.url()),
  processorTuning: z.record(z.string(), z.number()).optional() as z.ZodType<
    NonNullable<ManifestInputs['processorTuning']>
  >,
  domainName: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, { error: 'not a domain name' }),
  hostedZoneId: z.string().regex(/^Z[A-Z0-9]+$/, { error: "not a zone's id" }),
  names: z.strictObject({
    orderQueueUrl: z.url(),
    orderDlqUrl: z.url(),
    ordersTable: text,
    inventoryTable: text,
    paymentsTable: text,
    usersTable: text,
    eventsTopicArn: text,
  }),
  arns: z.strictObject({
    orderQueue: text,
    orderDlq: text,
    orders: text,
    inventory: text,
    payments: text,
    users: text,
    eventsTopic: text,
  }),
  images: z.record(
    z.enum(SERVICE_NAMES),
    z.string().regex(/@sha256:[0-9a-f]{64}$|:(?!latest$)[\w.-]+$/, {
      error: 'names neither a digest nor a tag other than latest',
    }),
  ),
  sizes: z.record(
    z.enum(SERVICE_NAMES),
    z.strictObject({ cpuUnits: count, memoryMiB: count, minTasks: count, maxTasks: count }),
  ),
  secrets: z.strictObject({ JWT_SECRET: text, URL_SIGNING_KEYS: text, REDIS_URL: text }),
  roles: z.record(z.enum(roleNames), z.string().startsWith('arn:')),
  network: z.strictObject({ privateCidrs: cidrs, dynamodbCidrs: cidrs }),
});

/**
 * Validates the inputs of an environment.
 *
 * @throws {Error} when a value is missing, unknown or malformed; the message lists each with its path.
 */
export function parseInputs(value: unknown, source: string): ManifestInputs {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${source} does not fit:\n${z.prettifyError(result.error)}`);
}
