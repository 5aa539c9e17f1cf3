/** The API's settings (docs/api.md lists them), read once. */
import { exampleQueueUrl, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { USERS_TABLE } from '@order-pipeline/contracts/tables';
import {
  type CommonConfig,
  type Draft,
  type Environment,
  EnvReader,
  type Invalid,
  isValid,
  readCommon,
} from '@order-pipeline/platform/env';
import { readRedisUrl } from '@order-pipeline/platform/redis-url';
import type { Secret } from '@order-pipeline/platform/secret';
import { type AuthConfig, readAuth } from './config/auth.js';
import { readKeys, readOrigins, readQuota } from './config/readers.js';
import type { KeyRing } from './keys.js';
import type { QuotaPolicy } from './limits/policy.js';
import type { SlotLimits } from './orders/slot-limits.js';
import type { OverloadOptions } from './overload/decide.js';
import { readWebhooks, type WebhookConfig } from './webhooks/webhook-config.js';

/** Every setting of the order API. */
export interface ApiConfig extends CommonConfig {
  /** 0 for any free port. */
  readonly port: number;
  /** Time that requests in flight have to finish after SIGTERM. */
  readonly stopTimeoutMs: number;
  /** Time during which requests are still accepted after SIGTERM, until the load balancer sends no more. */
  readonly drainDelayMs: number;
  readonly queueUrl: string;
  /** Time limit for sending an order to the queue, retries included, in milliseconds. */
  readonly sendBudgetMs: number;
  readonly ordersTable: string;
  readonly usersTable: string;
  readonly redisUrl: Secret<string>;
  /** Longest wait for Redis in milliseconds; a later response counts as a failure. */
  readonly redisTimeoutMs: number;
  readonly auth: AuthConfig;
  /** Maximum number of cached verified tokens. */
  readonly cachedTokens: number;
  readonly urlSigningKeys: Secret<KeyRing>;
  /** Lifetime of a poll URL; longer than that of idempotency keys, so that a replayed URL still works. */
  readonly pollUrlTtlSeconds: number;
  /** Minimum number of processes that share the quotas; heartbeats in Redis report more. */
  readonly expectedProcesses: number;
  /** Limits of load shedding. */
  readonly overload: OverloadOptions;
  /** Held polls and event streams at once. */
  readonly waiting: SlotLimits;
  /** Calls of one user with a bearer token. */
  readonly rateLimit: QuotaPolicy;
  /** Logins from one address, and logins of one user. */
  readonly loginRateLimit: QuotaPolicy;
  /** Calls with the signed URL of one order. */
  readonly pollRateLimit: QuotaPolicy;
  /** Calls of one address to routes that need no proof, by each process. */
  readonly publicRateLimit: QuotaPolicy;
  /** Origin of URLs in responses; empty: localhost and the port that was opened. */
  readonly publicBaseUrl: string;
  /** URL of the operators' console, to which `/` leads in the stage `local`; empty without one. */
  readonly consoleUrl: string;
  /** Number of proxies in front of this process whose X-Forwarded-For is trusted. */
  readonly trustProxyHops: number;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Undefined while webhooks are not configured. */
  readonly webhooks: WebhookConfig | undefined;
}

/** Signs poll URLs when no key is configured. Published, so it is no secret: `STAGE=local` only. */
export const LOCAL_URL_SIGNING_KEYS = 'local:well-known-url-signing-key-for-local-use-only';

const WEB = ['http:', 'https:'];

/** Reads all settings. Throws a ConfigError that names every bad one. */
export function loadConfig(environment: Environment): ApiConfig {
  const env = new EnvReader(environment);
  const common = readCommon(env);
  const local = common.stage === 'local';
  return env.resolve<ApiConfig>({
    ...common,
    port: env.port('PORT', 8_000),
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 25_000, 0, 120_000),
    drainDelayMs: env.integer('DRAIN_DELAY_MS', local ? 0 : 5_000, 0, 120_000),
    queueUrl: env.url('SQS_QUEUE_URL', WEB, exampleQueueUrl(ORDER_QUEUE)),
    sendBudgetMs: env.integer('SEND_BUDGET_MS', 6_000, 100, 25_000),
    ordersTable: env.text('ORDERS_TABLE', 'set it to the name of the orders table'),
    usersTable: env.text(
      'USERS_TABLE',
      'set it to the name of the users table',
      local ? USERS_TABLE.name : undefined,
    ),
    redisUrl: readRedisUrl(env, local),
    redisTimeoutMs: env.integer('REDIS_TIMEOUT_MS', 500, 10, 10_000),
    cachedTokens: env.integer('CACHED_TOKENS', 10_000, 0, 1_000_000),
    auth: readAuth(env, common.stage),
    urlSigningKeys: readKeys(env, local, 'URL_SIGNING_KEYS', LOCAL_URL_SIGNING_KEYS),
    pollUrlTtlSeconds: env.integer('POLL_URL_TTL_SECONDS', 172_800, 60, 2_592_000),
    expectedProcesses: env.integer('EXPECTED_PROCESSES', 1, 1, 1_000),
    overload: {
      maxLagMs: env.integer('MAX_EVENT_LOOP_LAG_MS', 100, 10, 60_000),
      min: 64,
      max: 4_096,
    },
    waiting: readSlotLimits(env),
    rateLimit: readQuota(env, 'RATE_LIMIT', 'default', '100/minute'),
    loginRateLimit: readQuota(env, 'LOGIN_RATE_LIMIT', 'login', '30/minute'),
    pollRateLimit: readQuota(env, 'POLL_RATE_LIMIT', 'poll', '600/minute'),
    publicRateLimit: readQuota(env, 'PUBLIC_RATE_LIMIT', 'public', '600/minute'),
    publicBaseUrl: readPublicBaseUrl(env, local),
    consoleUrl: local ? env.textOr('CONSOLE_URL', '') : '',
    trustProxyHops: env.integer('TRUST_PROXY_HOPS', 0, 0, 10),
    corsOrigins: readOrigins(env, 'CORS_ORIGINS'),
    webhooks: readWebhooks(env, local),
  });
}

function readPublicBaseUrl(env: EnvReader, local: boolean): string | Invalid {
  const url = env.url('PUBLIC_BASE_URL', WEB, 'https://orders.example.com', local ? '' : undefined);
  return isValid(url) ? url.replace(/\/+$/, '') : url;
}

function readSlotLimits(env: EnvReader): Draft<SlotLimits> {
  const perProcess = env.integer('MAX_WAITING', 10_000, 0, 1_000_000);
  const perOrder = env.integer('MAX_WAITING_PER_ORDER', 10, 1, 1_000_000);
  const perUser = env.integer('MAX_WAITING_PER_USER', 100, 1, 1_000_000);
  return { perProcess, perOrder, perUser };
}
