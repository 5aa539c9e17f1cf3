/** The environment of each service, by the names that each service's config.ts reads. Secrets come from Secrets Manager, not from here. */
import { ORDER_QUEUE } from '@order-pipeline/contracts/queues';
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
}

/** What the environment is made of. */
export interface EnvironmentInputs extends DataNames {
  readonly stage: string;
  readonly logLevel: string;
  readonly region: string;
  readonly auth: { readonly mode: string; readonly issuer?: string; readonly audience?: string };
  readonly rateLimit: string;
  readonly corsOrigins: readonly string[];
  readonly publicBaseUrl: string;
  /** Proxies between clients and order-api that write X-Forwarded-For. */
  readonly trustProxyHops: number;
  /** Where the processor finds the scoring services. */
  readonly scoringUrl: string;
  /** Settings of the processor that differ from its defaults. */
  readonly processorTuning?: Tuning;
}

/** Settings that are secrets, by service. */
export type SecretName = 'JWT_SECRET' | 'URL_SIGNING_KEYS' | 'REDIS_URL';

/** Which service is told which secret. */
export const SECRETS_OF: Readonly<Record<ServiceName, readonly SecretName[]>> = {
  'order-api': ['JWT_SECRET', 'URL_SIGNING_KEYS', 'REDIS_URL'],
  'order-processor': ['REDIS_URL'],
  scoring: ['REDIS_URL'],
};

/** A service's variables, without the secret ones. */
export function toEnvironment(service: ServiceName, inputs: EnvironmentInputs): Record<string, string> {
  return {
    NODE_ENV: 'production',
    STAGE: inputs.stage,
    LOG_LEVEL: inputs.logLevel,
    AWS_REGION: inputs.region,
    STOP_TIMEOUT_MS: String(STOP_TIMEOUT_MS),
    ...OWN[service](inputs),
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
    PUBLIC_BASE_URL: inputs.publicBaseUrl,
    ...(inputs.corsOrigins.length > 0 && { CORS_ORIGINS: inputs.corsOrigins.join(',') }),
    // The last proxy writes X-Forwarded-For; without it every client would have its address.
    TRUST_PROXY_HOPS: String(inputs.trustProxyHops),
  }),
  'order-processor': (inputs) => ({
    PORT: String(PORTS['order-processor'].ops),
    SQS_QUEUE_URL: inputs.orderQueueUrl,
    SQS_DLQ_URL: inputs.orderDlqUrl,
    ORDER_EVENTS_TOPIC_ARN: inputs.eventsTopicArn,
    VISIBILITY_TIMEOUT_SECONDS: String(ORDER_QUEUE.visibilityTimeoutSeconds),
    RECEIVE_WAIT_SECONDS: String(ORDER_QUEUE.receiveWaitTimeSeconds),
    MAX_RECEIVES: String(ORDER_QUEUE.redrive.maxReceiveCount),
    ORDERS_TABLE: inputs.ordersTable,
    INVENTORY_TABLE: inputs.inventoryTable,
    PAYMENTS_TABLE: inputs.paymentsTable,
    INVENTORY_URL: inputs.scoringUrl,
    FRAUD_URL: inputs.scoringUrl,
    PAYMENT_URL: inputs.scoringUrl,
    ...toTuningEnvironment(inputs.processorTuning ?? {}),
  }),
  scoring: (inputs) => ({
    SCORING_SERVICES: 'inventory,fraud,payment',
    GRPC_PORT: String(PORTS.scoring.service.port),
    PORT: String(PORTS.scoring.ops),
    INVENTORY_TABLE: inputs.inventoryTable,
    PAYMENTS_TABLE: inputs.paymentsTable,
  }),
};
