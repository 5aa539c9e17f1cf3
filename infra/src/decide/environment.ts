/** The environment of each service, by the names that each service's config.ts reads. Secrets come from Secrets Manager, not from here. */
import { ORDER_QUEUE, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import type { Features } from './features.ts';
import { type OperationsSettings, toHealthUrls, toOperationsVariables } from './operations.ts';
import { PORTS, type ServiceName, STOP_TIMEOUT_MS } from './services.ts';
import { type Tuning, toTuningEnvironment } from './tuning.ts';

/** URLs of the queues and names of the tables. */
export interface DataNames {
  readonly orderQueueUrl: string;
  readonly orderDlqUrl: string;
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
  readonly usersTable: string;
  readonly eventsTopicArn: string;
  readonly webhookQueueUrl: string;
  readonly webhookDlqUrl: string;
  readonly webhookEndpointsTable: string;
  readonly webhookDeliveriesTable: string;
}

/** Inputs of the environment. */
export interface EnvironmentInputs extends DataNames {
  readonly stage: string;
  readonly logLevel: string;
  readonly region: string;
  readonly auth: { readonly mode: string; readonly issuer?: string; readonly audience?: string };
  readonly rateLimit: string;
  readonly corsOrigins: readonly string[];
  readonly publicBaseUrl: string;
  readonly features: Features;
  /** Users who may receive the events of all orders by webhooks. */
  readonly webhookAllOrdersUsers: readonly string[];
  /** URL of the collector that takes spans; absent where tracing is off. */
  readonly tracesEndpoint?: string;
  /** Processes of order-api that run at least. */
  readonly apiProcesses: number;
  /** Proxies between clients and order-api that write X-Forwarded-For. */
  readonly trustProxyHops: number;
  /** URL of the scoring services for the processor. */
  readonly scoringUrl: string;
  /** Settings of the processor that differ from its defaults. */
  readonly processorTuning?: Tuning;
  /** Absent where the console is off. */
  readonly operations?: OperationsSettings;
  /** Base URLs of the services whose readiness the console shows, by their names. */
  readonly readinessUrls: Readonly<Record<string, string>>;
}

/** Settings that are secrets, by service. */
export type SecretName =
  | 'JWT_SECRET'
  | 'URL_SIGNING_KEYS'
  | 'REDIS_URL'
  | 'STRIPE_API_KEY'
  | 'STRIPE_WEBHOOK_SECRET'
  | 'OIDC_CLIENT_SECRET'
  | 'SESSION_SECRET';

/** Secrets of Stripe, which only stacks with that payment provider have. */
export const STRIPE_SECRETS = ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET'] as const satisfies SecretName[];

/** Secrets of the console: of its client at the issuer, and the key of its cookies. */
export const OPERATIONS_SECRETS = ['OIDC_CLIENT_SECRET', 'SESSION_SECRET'] as const satisfies SecretName[];

/** Secrets that a stack may do without. */
export type OptionalSecret = (typeof STRIPE_SECRETS)[number] | (typeof OPERATIONS_SECRETS)[number];

const SECRETS: Readonly<Record<ServiceName, readonly SecretName[]>> = {
  'order-api': ['JWT_SECRET', 'URL_SIGNING_KEYS', 'REDIS_URL'],
  'order-processor': ['REDIS_URL'],
  scoring: ['REDIS_URL', ...STRIPE_SECRETS],
  webhooks: [],
  operations: ['REDIS_URL', ...OPERATIONS_SECRETS],
};

/** Returns the secrets that a service is given. */
export function toSecretNames(service: ServiceName, { paymentGateway }: Features): SecretName[] {
  const absent: readonly SecretName[] = paymentGateway === 'stripe' ? [] : STRIPE_SECRETS;
  return SECRETS[service].filter((name) => !absent.includes(name));
}

/** Port on which collectors take spans over HTTP: observability/collector-traces.yaml. */
export const OTLP_PORT = 4_318;

/** URL of a collector alongside the service, in the same task or pod. */
export const SIDECAR_ENDPOINT = `http://127.0.0.1:${OTLP_PORT}`;

/** A service's variables, without the secret ones. */
export function toEnvironment(service: ServiceName, inputs: EnvironmentInputs): Record<string, string> {
  return {
    NODE_ENV: 'production',
    STAGE: inputs.stage,
    LOG_LEVEL: inputs.logLevel,
    AWS_REGION: inputs.region,
    STOP_TIMEOUT_MS: String(STOP_TIMEOUT_MS),
    ...(inputs.tracesEndpoint && {
      OTEL_EXPORTER_OTLP_ENDPOINT: inputs.tracesEndpoint,
      // The collector samples at the end of a trace; a client's decision takes precedence.
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    }),
    ...OWN[service](inputs),
  };
}

/** Returns the variables by which the processor and the console find queues, tables and scoring. */
function toPipelineVariables(inputs: EnvironmentInputs): Record<string, string> {
  return {
    SQS_QUEUE_URL: inputs.orderQueueUrl,
    SQS_DLQ_URL: inputs.orderDlqUrl,
    ORDER_EVENTS_TOPIC_ARN: inputs.eventsTopicArn,
    ORDERS_TABLE: inputs.ordersTable,
    INVENTORY_TABLE: inputs.inventoryTable,
    PAYMENTS_TABLE: inputs.paymentsTable,
    INVENTORY_URL: inputs.scoringUrl,
    FRAUD_URL: inputs.scoringUrl,
    PAYMENT_URL: inputs.scoringUrl,
  };
}

const OWN: Readonly<Record<ServiceName, (inputs: EnvironmentInputs) => Record<string, string>>> = {
  'order-api': (inputs) => ({
    PORT: String(PORTS['order-api'].ops),
    SQS_QUEUE_URL: inputs.orderQueueUrl,
    ORDERS_TABLE: inputs.ordersTable,
    USERS_TABLE: inputs.usersTable,
    AUTH_MODE: inputs.auth.mode,
    ...(inputs.auth.issuer && { OIDC_ISSUER: inputs.auth.issuer }),
    ...(inputs.auth.audience && { OIDC_AUDIENCE: inputs.auth.audience }),
    RATE_LIMIT: inputs.rateLimit,
    // Until Redis has heartbeats of the others, each process takes its share of the quotas.
    EXPECTED_PROCESSES: String(inputs.apiProcesses),
    PUBLIC_BASE_URL: inputs.publicBaseUrl,
    ...(inputs.corsOrigins.length > 0 && { CORS_ORIGINS: inputs.corsOrigins.join(',') }),
    // The last proxy writes X-Forwarded-For; without it every client would have its address.
    TRUST_PROXY_HOPS: String(inputs.trustProxyHops),
    ...(inputs.features.webhooks && {
      WEBHOOK_QUEUE_URL: inputs.webhookQueueUrl,
      ...toWebhookTables(inputs),
      ...(inputs.webhookAllOrdersUsers.length > 0 && {
        WEBHOOK_ALL_ORDERS_USERS: inputs.webhookAllOrdersUsers.join(','),
      }),
    }),
  }),
  'order-processor': (inputs) => ({
    PORT: String(PORTS['order-processor'].ops),
    ...toPipelineVariables(inputs),
    VISIBILITY_TIMEOUT_SECONDS: String(ORDER_QUEUE.visibilityTimeoutSeconds),
    RECEIVE_WAIT_SECONDS: String(ORDER_QUEUE.receiveWaitTimeSeconds),
    MAX_RECEIVES: String(ORDER_QUEUE.redrive.maxReceiveCount),
    ...toTuningEnvironment(inputs.processorTuning ?? {}),
  }),
  scoring: (inputs) => ({
    SCORING_SERVICES: 'inventory,fraud,payment',
    GRPC_PORT: String(PORTS.scoring.service.port),
    PORT: String(PORTS.scoring.ops),
    INVENTORY_TABLE: inputs.inventoryTable,
    PAYMENTS_TABLE: inputs.paymentsTable,
    PAYMENT_GATEWAY: inputs.features.paymentGateway,
  }),
  webhooks: (inputs) => ({
    PORT: String(PORTS.webhooks.ops),
    WEBHOOK_QUEUE_URL: inputs.webhookQueueUrl,
    WEBHOOK_DLQ_URL: inputs.webhookDlqUrl,
    RECEIVE_WAIT_SECONDS: String(WEBHOOK_QUEUE.receiveWaitTimeSeconds),
    ...toWebhookTables(inputs),
  }),
  operations: (inputs) => ({
    PORT: String(PORTS.operations.ops),
    ...toPipelineVariables(inputs),
    HEALTH_URLS: toHealthUrls(inputs.readinessUrls),
    ...(inputs.operations && toOperationsVariables(inputs.operations)),
  }),
};

function toWebhookTables(inputs: DataNames): Record<string, string> {
  return {
    WEBHOOK_ENDPOINTS_TABLE: inputs.webhookEndpointsTable,
    WEBHOOK_DELIVERIES_TABLE: inputs.webhookDeliveriesTable,
  };
}
