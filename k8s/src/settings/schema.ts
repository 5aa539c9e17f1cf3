/** Reads the output `kubernetes` of a stack, as `pulumi stack output kubernetes --json` prints it. */
import { z } from 'zod';
import { toSecretNames } from '../../../infra/src/decide/environment.ts';
import { PAYMENT_GATEWAYS, toDeployedServices } from '../../../infra/src/decide/features.ts';
import type { ManifestInputs } from '../../../infra/src/decide/manifest-inputs.ts';
import type { OperationsSettings } from '../../../infra/src/decide/operations.ts';
import { COLLECTOR, SERVICE_NAMES, type ServiceName } from '../../../infra/src/decide/services.ts';

const text = z.string().min(1);
const hostName = z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, { error: 'not a domain name' });
const cidrs = z.array(z.union([z.cidrv4(), z.cidrv6()])).min(1);
const count = z.int().positive();
const ADD_ONS = ['keda', 'external-secrets', 'cert-manager'] as const;
const roleNames = [...SERVICE_NAMES, ...ADD_ONS] as const;

/** A value for each service that is deployed. */
function perService<T>(value: z.ZodType<T>): z.ZodType<Record<ServiceName, T>> {
  return z.partialRecord(z.enum(SERVICE_NAMES), value) as never;
}

/** The services, roles, secrets and settings of the features are there. */
function checkFeatures(inputs: ManifestInputs, context: z.RefinementCtx): void {
  if (inputs.features.operations !== (inputs.operations !== undefined))
    context.addIssue({
      code: 'custom',
      message: 'is there if and only if features.operations is true',
      path: ['operations'],
    });
  for (const service of toDeployedServices(inputs.features)) {
    for (const key of ['images', 'sizes', 'roles'] as const) {
      if (inputs[key][service] === undefined)
        context.addIssue({ code: 'custom', message: 'is missing', path: [key, service] });
    }
    for (const name of toSecretNames(service, inputs.features)) {
      if (inputs.secrets[name] === undefined)
        context.addIssue({ code: 'custom', message: 'is missing', path: ['secrets', name] });
    }
  }
  if (inputs.tracing?.collector === 'sidecar' && inputs.images[COLLECTOR] === undefined)
    context.addIssue({ code: 'custom', message: 'is missing', path: ['images', COLLECTOR] });
  for (const name of ADD_ONS) {
    if (inputs.roles[name] === undefined)
      context.addIssue({ code: 'custom', message: 'is missing', path: ['roles', name] });
  }
}

const schema: z.ZodType<ManifestInputs> = z
  .strictObject({
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
    features: z.strictObject({
      webhooks: z.boolean(),
      operations: z.boolean(),
      paymentGateway: z.enum(PAYMENT_GATEWAYS),
    }),
    operations: z
      .strictObject({
        domainName: hostName,
        issuer: z.url({ protocol: /^https$/ }),
        clientId: text,
        audience: text.optional(),
        rolesClaim: text.optional(),
        viewerRole: text.optional(),
        operatorRole: text.optional(),
        traceUrl: text.optional(),
      })
      .optional() as z.ZodType<OperationsSettings>,
    webhookAllOrdersUsers: z.array(text),
    domainName: hostName,
    hostedZoneId: z.string().regex(/^Z[A-Z0-9]+$/, { error: "not a zone's id" }),
    names: z.strictObject({
      orderQueueUrl: z.url(),
      orderDlqUrl: z.url(),
      ordersTable: text,
      inventoryTable: text,
      paymentsTable: text,
      usersTable: text,
      eventsTopicArn: text,
      webhookQueueUrl: z.url(),
      webhookDlqUrl: z.url(),
      webhookEndpointsTable: text,
      webhookDeliveriesTable: text,
    }),
    arns: z.strictObject({
      orderQueue: text,
      orderDlq: text,
      orders: text,
      inventory: text,
      payments: text,
      users: text,
      eventsTopic: text,
      webhookQueue: text,
      webhookDlq: text,
      webhookEndpoints: text,
      webhookDeliveries: text,
    }),
    images: z.partialRecord(
      z.enum([...SERVICE_NAMES, COLLECTOR]),
      z.string().regex(/@sha256:[0-9a-f]{64}$|:(?!latest$)[\w.-]+$/, {
        error: 'names neither a digest nor a tag other than latest',
      }),
    ) as z.ZodType<ManifestInputs['images']>,
    tracing: z
      .strictObject({ share: z.int().min(0).max(100), collector: z.enum(['sidecar', 'node']) })
      .optional() as z.ZodType<NonNullable<ManifestInputs['tracing']>>,
    sizes: perService(
      z.strictObject({ cpuUnits: count, memoryMiB: count, minTasks: count, maxTasks: count }),
    ),
    secrets: z.strictObject({
      JWT_SECRET: text,
      URL_SIGNING_KEYS: text,
      REDIS_URL: text,
      STRIPE_API_KEY: text.optional(),
      STRIPE_WEBHOOK_SECRET: text.optional(),
      OIDC_CLIENT_SECRET: text.optional(),
      SESSION_SECRET: text.optional(),
    }) as z.ZodType<ManifestInputs['secrets']>,
    roles: z.partialRecord(z.enum(roleNames), z.string().startsWith('arn:')) as z.ZodType<
      ManifestInputs['roles']
    >,
    network: z.strictObject({ privateCidrs: cidrs, dynamodbCidrs: cidrs }),
  })
  .superRefine(checkFeatures);

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
