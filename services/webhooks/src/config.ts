import { exampleQueueUrl, WEBHOOK_DLQ, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import {
  type CommonConfig,
  type Environment,
  EnvReader,
  isValid,
  readCommon,
} from '@order-pipeline/platform/env';

/** Configuration of the webhooks service. Times carry their unit in the name. */
export interface Config extends CommonConfig {
  /** Port of /health, /ready and /metrics. */
  readonly port: number;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly endpointsTable: string;
  readonly deliveriesTable: string;
  /** Time limit of a request to an endpoint. */
  readonly requestTimeoutMs: number;
  /** Requests in flight to one endpoint, in this process. */
  readonly maxPerEndpoint: number;
  /** Messages in flight. */
  readonly maxInFlight: number;
  readonly receiveWaitSeconds: number;
  /** Continuous failure after which an endpoint is disabled. */
  readonly disableAfterMs: number;
  /** Time after which a new endpoint receives events. */
  readonly endpointCacheMs: number;
  /** Divides the retry delays; more than 1 in the stage local only. */
  readonly retrySpeed: number;
  /** Longest time from SIGTERM to exit. */
  readonly stopTimeoutMs: number;
}

/** Loads the configuration. @throws {ConfigError} listing every problem */
export function loadConfig(environment: Environment): Config {
  const env = new EnvReader(environment);
  const common = readCommon(env);
  const disableAfterSeconds = env.integer('WEBHOOK_DISABLE_AFTER_SECONDS', 259_200, 1, 2_592_000);
  const retrySpeed = env.number('WEBHOOK_RETRY_SPEED', 1, 1, 1_000_000);
  if (isValid(retrySpeed) && retrySpeed > 1 && common.stage !== 'local')
    env.report('WEBHOOK_RETRY_SPEED', 'shortens retries', 'unset it outside STAGE=local');
  return env.resolve<Config>({
    ...common,
    port: env.port('PORT', 9091),
    queueUrl: env.url('WEBHOOK_QUEUE_URL', ['http:', 'https:'], exampleQueueUrl(WEBHOOK_QUEUE)),
    deadLetterQueueUrl: env.url('WEBHOOK_DLQ_URL', ['http:', 'https:'], exampleQueueUrl(WEBHOOK_DLQ)),
    endpointsTable: env.text(
      'WEBHOOK_ENDPOINTS_TABLE',
      'set the name of the table, such as webhook_endpoints',
    ),
    deliveriesTable: env.text(
      'WEBHOOK_DELIVERIES_TABLE',
      'set the name of the table, such as webhook_deliveries',
    ),
    requestTimeoutMs: env.integer('WEBHOOK_TIMEOUT_MS', 15_000, 100, 30_000),
    maxPerEndpoint: env.integer('WEBHOOK_MAX_PER_ENDPOINT', 8, 1, 1_000),
    maxInFlight: env.integer('MAX_IN_FLIGHT', 200, 10, 10_000),
    receiveWaitSeconds: env.integer('RECEIVE_WAIT_SECONDS', 20, 0, 20),
    disableAfterMs: isValid(disableAfterSeconds) ? disableAfterSeconds * 1_000 : disableAfterSeconds,
    endpointCacheMs: env.integer('WEBHOOK_ENDPOINT_CACHE_MS', 2_000, 0, 60_000),
    retrySpeed,
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 35_000, 1_000, 120_000),
  });
}
