/** Puts the API together from its configuration, and takes it apart again. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FeedEntry } from '@order-pipeline/contracts/order-feed';
import { createSqs } from '@order-pipeline/platform/aws';
import { systemClock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { Running } from '@order-pipeline/platform/lifecycle';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry, type Registry } from '@order-pipeline/platform/metrics';
import { observeAws } from '@order-pipeline/platform/observe/aws';
import { observeRedis } from '@order-pipeline/platform/observe/redis';
import { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import { ProcessedOrders } from '@order-pipeline/platform/processed-orders';
import { createRedis, pingRedis } from '@order-pipeline/platform/redis';
import type { Secret } from '@order-pipeline/platform/secret';
import { watchSecrets } from '@order-pipeline/platform/secret-watcher';
import { systemTimers } from '@order-pipeline/platform/timers';
import { createApp } from './app.js';
import { createAuthenticator } from './auth/authenticator.js';
import { createLogin } from './auth/login.js';
import { findUser } from './auth/users.js';
import type { ApiConfig } from './config.js';
import { answerClientError } from './http/client-error.js';
import { createMessageTypes } from './http/message-types.js';
import { trackSilentConnections } from './http/silent-connections.js';
import { Membership } from './limits/membership.js';
import { createLocalQuota, createQuota } from './limits/quota.js';
import { RedisWindows } from './limits/redis-window.js';
import { createMetrics } from './metrics.js';
import { ReadinessProbe } from './operations/readiness.js';
import { createExpireUnclaimed } from './orders/expire-unclaimed.js';
import { IdempotencyKeys } from './orders/idempotency.js';
import { KeyStore } from './orders/key-store.js';
import { createOrderQueue } from './orders/order-queue.js';
import { createOrderStore } from './orders/order-store.js';
import { signOrder, toSignedPath } from './orders/poll-url.js';
import { Slots } from './orders/slots.js';
import { StatusFeed } from './orders/status-feed.js';
import { WaitingRoom } from './orders/waiting-room.js';
import { Admission } from './overload/admission.js';
import { createLagReader } from './overload/event-loop-lag.js';
import type { ApiServices } from './services.js';
import type { WebhookConfig } from './webhooks/webhook-config.js';
import { WebhookRegistry } from './webhooks/webhook-registry.js';

/** A running API. */
export interface RunningApi extends Running {
  /** The port that was opened. */
  readonly port: number;
}

/** Limits for slow clients. The load balancer's idle timeout of 60 s must be the shorter one. */
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};

/** Starts the API; it takes requests when the promise resolves. Throws PortInUseError. */
export async function start(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  const messageTypes = createMessageTypes();
  const server = createServer({ ...SERVER_OPTIONS, ...messageTypes });
  const dropSilent = trackSilentConnections(server);
  const port = await listen(server, config.port, 'PORT');
  const publicBaseUrl = config.publicBaseUrl || `http://localhost:${port}`;
  const registry = createRegistry({ service: 'order-api', version: config.version });
  const connections = connect(config, logger, registry);
  const secrets = watchSecrets(secretsOf(config), { logger });
  const draining = new AbortController();
  const stopping = new AbortController();
  const signals = { draining: draining.signal, stopping: stopping.signal };
  const services = createServices(config, logger, connections, publicBaseUrl, signals);
  server.on('clientError', answerClientError);
  const { trustProxyHops, corsOrigins, consoleUrl } = config;
  const options = { publicBaseUrl, consoleUrl, trustProxyHops, corsOrigins, messageTypes };
  server.on('request', createApp(services, options));
  logger.info({ port, url: publicBaseUrl }, 'ready');
  return {
    port,
    stop: async () => {
      draining.abort();
      await sleep(config.drainDelayMs);
      stopping.abort();
      // Right after the loop has accepted what was waiting: connections left in the backlog are reset.
      await setImmediate();
      dropSilent();
      await closeServer(server);
      await services.intake.queue.flush();
      await services.orderFeed.flush();
      services.feed.close();
      services.admission.stop();
      await services.membership.stop();
      await secrets.stop();
      connections.close();
    },
  };
}

function connect(config: ApiConfig, logger: Logger, registry: Registry) {
  const client = { region: config.awsRegion, maxAttempts: 2, requestTimeoutMs: 2_000 };
  const sqs = observeAws(createSqs({ ...client, maxAttempts: 1 }), 'sqs', registry);
  const dynamo = createDynamo(client, registry);
  const redis = observeRedis(createRedis(config.redisUrl, logger, config.redisTimeoutMs), registry);
  const close = () => {
    sqs.destroy();
    dynamo.destroy();
    redis.disconnect();
  };
  return { sqs, dynamo, redis, registry, close };
}

/** The secrets that can change while the API runs. */
function secretsOf({ redisUrl, urlSigningKeys, auth }: ApiConfig): Secret<unknown>[] {
  return [redisUrl, urlSigningKeys, ...(auth.mode === 'oidc' ? [] : [auth.keys])];
}

function createServices(
  config: ApiConfig,
  logger: Logger,
  { sqs, dynamo, redis, registry }: ReturnType<typeof connect>,
  publicBaseUrl: string,
  { stopping, draining }: Pick<ApiServices, 'stopping' | 'draining'>,
): ApiServices {
  const clock = systemClock;
  const metrics = createMetrics(registry, config.stage);
  const orderFeed = new OrderFeedWriter({ redis, timers: systemTimers });
  const onTaken = (entry: FeedEntry) => orderFeed.add(entry);
  const queue = createOrderQueue(sqs, { ...config, onTaken }, metrics);
  const store = createOrderStore(dynamo, config.ordersTable);
  const toPollUrl = (orderId: string, fingerprint?: string) => {
    const expires = Math.floor(clock() / 1_000) + config.pollUrlTtlSeconds;
    const { current: keys } = config.urlSigningKeys;
    return publicBaseUrl + toSignedPath(orderId, signOrder(keys, orderId, expires, fingerprint));
  };
  const membership = new Membership(redis, config.expectedProcesses, clock);
  membership.start();
  const quota = {
    windows: new RedisWindows(redis),
    processes: () => membership.count(),
    metrics,
    now: () => performance.now(),
  };
  const admission = new Admission(
    { readLagMs: createLagReader(), timers: systemTimers, metrics },
    config.overload,
  );
  admission.start();
  const feed = new StatusFeed(redis, metrics);
  const slots = new Slots(config.waiting);
  metrics.observeWaiting(() => slots.taken);
  const room = new WaitingRoom({ feed, slots, stopping, now: () => performance.now() });
  const keys = new IdempotencyKeys(new KeyStore(redis, metrics), clock);
  const { stage } = config;
  const processed = new ProcessedOrders({ registry, logger, clock, stage, statuses: ['cancelled', 'error'] });
  return {
    logger,
    clock,
    metrics,
    registry,
    authenticate: createAuthenticator(config.auth, clock, config.cachedTokens),
    login: createLogin(config.auth, (userId) => findUser(dynamo, config.usersTable, userId)),
    quotas: {
      calls: createQuota(quota, config.rateLimit),
      logins: createQuota(quota, config.loginRateLimit),
      polls: createQuota(quota, config.pollRateLimit),
      open: createLocalQuota(quota, config.publicRateLimit),
    },
    urlSigningKeys: config.urlSigningKeys,
    intake: { queue, keys, store, toPollUrl, metrics, clock },
    store,
    feed,
    orderFeed,
    processed,
    room,
    expireUnclaimed: createExpireUnclaimed({
      ...{ store, clock, processed },
      pollUrlTtlSeconds: config.pollUrlTtlSeconds,
    }),
    membership,
    admission,
    webhooks: config.webhooks && createWebhooks(config.webhooks, dynamo, sqs),
    stopping,
    draining,
    readiness: new ReadinessProbe({
      required: { queue: () => queue.check(), orders: () => store.check() },
      optional: { redis: () => pingRedis(redis) },
      draining,
      now: () => performance.now(),
    }),
  };
}

/** Bytes of a signing secret: the Standard Webhooks specification asks for 24 to 64. */
const WEBHOOK_SECRET_BYTES = 32;

function createWebhooks(config: WebhookConfig, dynamo: DynamoClient, sqs: SQSClient): WebhookRegistry {
  return new WebhookRegistry({
    config,
    dynamo,
    sqs,
    clock: systemClock,
    createId: randomUUID,
    createSecret: () => `whsec_${randomBytes(WEBHOOK_SECRET_BYTES).toString('base64')}`,
  });
}
