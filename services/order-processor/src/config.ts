import { exampleQueueUrl, ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import {
  INVENTORY_TABLE,
  ORDERS_TABLE,
  PAYMENTS_TABLE,
  type TableShape,
} from '@order-pipeline/contracts/tables';
import {
  type CommonConfig,
  type Environment,
  EnvReader,
  INVALID,
  isValid,
  readCommon,
} from '@order-pipeline/platform/env';
import { readRedisUrl } from '@order-pipeline/platform/redis-url';
import type { ClientTls } from '@order-pipeline/platform/rpc/tls';
import { readClientTls } from '@order-pipeline/platform/rpc/tls-config';
import type { Secret } from '@order-pipeline/platform/secret';

/** Configuration of the processor. Times carry their unit in the name. */
export interface Config extends CommonConfig {
  /** Port of /health, /ready and /metrics. */
  readonly port: number;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
  /** Topic of order events; undefined when events are not published. */
  readonly eventsTopicArn: string | undefined;
  readonly redisUrl: Secret<string>;
  readonly inventoryUrl: string;
  readonly fraudUrl: string;
  readonly paymentUrl: string;
  /** Used where a URL above is `https:`. */
  readonly rpcTls: ClientTls;
  readonly protocol: ProtocolConfig;
  readonly consumer: ConsumerConfig;
  readonly reconcile: ReconcileConfig;
  /** Time between two reads of the queues' depths, by the process that leads. */
  readonly queueWatchMs: number;
  /** Clock skew, either way, beyond which no orders are claimed. */
  readonly clockSkewLimitMs: number;
  /** From SIGTERM to exit at most. */
  readonly stopTimeoutMs: number;
}

/** Time limits of the order protocol. */
export interface ProtocolConfig {
  /** Duration of a claim's lease. */
  readonly leaseMs: number;
  /**
   * Time before the end of its lease at which a worker stops acting. Covers clock skew and a write that is under way in
   * a scoring service.
   */
  readonly leaseMarginMs: number;
  /** Failed receives after which an order is dead-lettered. */
  readonly maxReceives: number;
}

/** Configuration of receiving and acknowledging messages. */
export interface ConsumerConfig {
  /** Visibility timeout of a received message, renewed while work on it continues. */
  readonly visibilitySeconds: number;
  /** Longest wait of one receive. */
  readonly receiveWaitSeconds: number;
  /** Orders in flight at most. */
  readonly maxInFlight: number;
  /** Longest time that a delete waits for others of its batch. */
  readonly deleteLingerMs: number;
  /** Time that in-flight orders have to finish after SIGTERM before their messages are released. */
  readonly drainMs: number;
}

/** Configuration of the reconciler. */
export interface ReconcileConfig {
  /** From one pass to the next; 0 for none. */
  readonly intervalMs: number;
  /** Minimum age before an entry is reconciled. */
  readonly ageMs: number;
  /** Read units a second that a pass takes at most: it scans whole tables. */
  readonly readUnitsPerSecond: number;
}

/** Time for releasing messages and closing connections after the drain, in milliseconds. */
const STOP_RESERVE_MS = 5_000;

/** RECONCILE_AGE_MS in visibility timeouts at least: a worker that died gets time to be replaced. */
const RECONCILE_AGE_VISIBILITIES = 2;

/** Reads the configuration. Throws a ConfigError that lists every problem. */
export function loadConfig(environment: Environment): Config {
  const env = new EnvReader(environment);
  const common = readCommon(env);
  const local = common.stage === 'local';
  const visibilitySeconds = env.integer('VISIBILITY_TIMEOUT_SECONDS', 30, 1, 43_200);
  const leaseMs = env.integer('LEASE_MS', 15_000, 100, 43_200_000);
  const leaseMarginMs = env.integer('LEASE_MARGIN_MS', 5_000, 0, 60_000);
  const reconcileAgeMs = env.integer('RECONCILE_AGE_MS', 900_000, 1_000, 86_400_000);
  const stopTimeoutMs = env.integer('STOP_TIMEOUT_MS', 25_000, 1_000, 120_000);
  if (isValid(leaseMs) && isValid(visibilitySeconds) && leaseMs > visibilitySeconds * 1_000)
    env.report(
      'LEASE_MS',
      'is longer than VISIBILITY_TIMEOUT_SECONDS',
      'shorten the lease, so that a message that reappears finds it expired',
    );
  if (isValid(leaseMarginMs) && isValid(leaseMs) && leaseMarginMs >= leaseMs)
    env.report('LEASE_MARGIN_MS', 'leaves nothing of LEASE_MS', 'set it to less than LEASE_MS');
  if (
    isValid(reconcileAgeMs) &&
    isValid(visibilitySeconds) &&
    reconcileAgeMs < RECONCILE_AGE_VISIBILITIES * visibilitySeconds * 1_000
  )
    env.report(
      'RECONCILE_AGE_MS',
      `is shorter than ${RECONCILE_AGE_VISIBILITIES} times VISIBILITY_TIMEOUT_SECONDS`,
      'raise it, so that messages that will reappear are left to the workers',
    );
  const scoringUrl = (variable: string) =>
    env.url(variable, WEB, 'http://scoring:50051', local ? LOCAL_SCORING_URL : undefined);
  const table = (variable: string, shape: TableShape) =>
    env.text(variable, `set it to the name of the ${shape.name} table`, local ? shape.name : undefined);
  return env.resolve<Config>({
    ...common,
    port: env.port('PORT', 9090),
    queueUrl: env.url('SQS_QUEUE_URL', WEB, exampleQueueUrl(ORDER_QUEUE)),
    deadLetterQueueUrl: env.url('SQS_DLQ_URL', WEB, exampleQueueUrl(ORDER_DLQ)),
    ordersTable: table('ORDERS_TABLE', ORDERS_TABLE),
    inventoryTable: table('INVENTORY_TABLE', INVENTORY_TABLE),
    paymentsTable: table('PAYMENTS_TABLE', PAYMENTS_TABLE),
    eventsTopicArn: env.isSet('ORDER_EVENTS_TOPIC_ARN')
      ? env.text('ORDER_EVENTS_TOPIC_ARN', 'set the ARN of the topic')
      : undefined,
    redisUrl: readRedisUrl(env, local),
    inventoryUrl: scoringUrl('INVENTORY_URL'),
    fraudUrl: scoringUrl('FRAUD_URL'),
    paymentUrl: scoringUrl('PAYMENT_URL'),
    rpcTls: readClientTls(env),
    protocol: { leaseMs, leaseMarginMs, maxReceives: env.integer('MAX_RECEIVES', 5, 1, 1_000) },
    consumer: {
      visibilitySeconds,
      receiveWaitSeconds: env.integer('RECEIVE_WAIT_SECONDS', 20, 0, 20),
      maxInFlight: env.integer('MAX_IN_FLIGHT', 64, 1, 1_000),
      deleteLingerMs: env.integer('DELETE_LINGER_MS', 100, 0, 1_000),
      drainMs: isValid(stopTimeoutMs)
        ? Math.max(stopTimeoutMs - STOP_RESERVE_MS, stopTimeoutMs / 2)
        : INVALID,
    },
    reconcile: {
      intervalMs: env.integer('RECONCILE_INTERVAL_MS', 300_000, 0, 86_400_000),
      ageMs: reconcileAgeMs,
      readUnitsPerSecond: env.integer('RECONCILE_READ_UNITS', 50, 1, 100_000),
    },
    queueWatchMs: env.integer('QUEUE_WATCH_INTERVAL_MS', 5_000, 100, 60_000),
    clockSkewLimitMs: env.integer('CLOCK_SKEW_LIMIT_MS', 2_000, 100, 60_000),
    stopTimeoutMs,
  });
}

const WEB = ['http:', 'https:'];

/** Scoring as `npm start` runs it. */
const LOCAL_SCORING_URL = 'http://localhost:50051';
