/** Puts the processor together and starts it. */
import { randomUUID } from 'node:crypto';
import { encodeStatusChange, statusChannel } from '@order-pipeline/contracts/status-feed';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { openEvents } from '@order-pipeline/order-protocol/publish-final';
import { createScoring, eachClient } from '@order-pipeline/order-protocol/scoring';
import { checkQueue, createSqs } from '@order-pipeline/platform/aws';
import { systemClock } from '@order-pipeline/platform/clock';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { Running } from '@order-pipeline/platform/lifecycle';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { observeAws } from '@order-pipeline/platform/observe/aws';
import { observeRedis } from '@order-pipeline/platform/observe/redis';
import { createOpsServer } from '@order-pipeline/platform/ops-server';
import { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import { publishProcessState } from '@order-pipeline/platform/process-state';
import { ProcessedOrders } from '@order-pipeline/platform/processed-orders';
import { QueueWatch } from '@order-pipeline/platform/queue-watch';
import { createRedis } from '@order-pipeline/platform/redis';
import { watchSecrets } from '@order-pipeline/platform/secret-watcher';
import { SkewGuard } from '@order-pipeline/platform/skew/skew-guard';
import { systemTimers } from '@order-pipeline/platform/timers';
import type { Config } from './config.js';
import { Consumer } from './consumer.js';
import { FirstErrors } from './first-errors.js';
import { type HandledMessage, handleMessage } from './handle-message.js';
import { createProcessorMetrics } from './metrics.js';
import { OrderQueue } from './order-queue.js';
import type { ProtocolDeps } from './process-order.js';
import { startReconciler } from './reconcile/reconciler.js';
import { createUntilWorkable } from './workable.js';

/** A processor that takes orders, with its port of operations pages. */
export interface RunningProcessor extends Running {
  readonly port: number;
}

/** Tries of one AWS call: the one layer that retries claims, decisions and acknowledgements. */
const AWS_MAX_ATTEMPTS = 4;

/** Key in Redis of the lease of the process that reads the queue depths. */
const QUEUE_WATCH_LEASE = 'order-processor:queue-watch';

/** Starts the processor. Throws PortInUseError before it takes any order. */
export async function start(config: Config, logger: Logger): Promise<RunningProcessor> {
  const registry = createRegistry({ service: 'order-processor', version: config.version });
  const skew = new SkewGuard({
    limitMs: config.clockSkewLimitMs,
    clock: systemClock,
    timers: systemTimers,
    logger,
    registry,
  });
  const aws = { region: config.awsRegion, maxAttempts: AWS_MAX_ATTEMPTS, dates: skew.observer };
  const dynamo = createDynamo({ ...aws, requestTimeoutMs: 2_000 }, registry);
  const requestTimeoutMs = config.consumer.receiveWaitSeconds * 1_000 + 5_000;
  const sqs = observeAws(createSqs({ ...aws, requestTimeoutMs }), 'sqs', registry);
  const store = new OrderStore(dynamo, config.ordersTable);
  const events = openEvents(config, registry);
  if (!config.eventsTopicArn)
    logger.warn('ORDER_EVENTS_TOPIC_ARN is not set: order events are not published');
  const stopping = new AbortController();
  const server = createOpsServer({
    registry,
    stopping: stopping.signal,
    checks: {
      dynamodb: () => store.check(),
      clock: () => skew.check(),
      sqs: () => checkQueue(sqs, config.queueUrl),
    },
  });
  const port = await listen(server, config.port, 'PORT');
  const redis = observeRedis(createRedis(config.redisUrl, logger), registry);
  const orderFeed = new OrderFeedWriter({ redis, timers: systemTimers });
  const secrets = watchSecrets([config.redisUrl], { logger });
  const scoring = createScoring(config, registry, logger);
  const metrics = createProcessorMetrics(registry, systemClock, () => consumer);
  const { stage } = config;
  const processed = new ProcessedOrders({
    ...{ registry, logger, stage, clock: systemClock },
    statuses: ['success', 'rejected', 'cancelled', 'error'],
  });
  const deps: ProtocolDeps = {
    store,
    firstErrors: new FirstErrors(store),
    scoring,
    clock: systemClock,
    events,
    config: config.protocol,
    onClaimed: ({ order_id, created_at, attempt }, at) =>
      orderFeed.add({ order_id, status: 'PROCESSING', at, created_at, attempt }),
    onStatus: (order_id, status) => {
      redis.publish(statusChannel(order_id), encodeStatusChange({ order_id, status })).catch(() => undefined);
    },
    onDifference: ({ order_id, attempt }, unsold_lines) => {
      metrics.settlementProblem('unsold-lines');
      logger.error({ order_id, attempt, unsold_lines }, 'a completed order sold lines that were not held');
    },
    onCaptureFailed: ({ order_id, amount, currency }) => {
      metrics.settlementProblem('capture-failed');
      logger.error(
        { order_id, amount, currency },
        'a completed order cannot be charged: its authorization is gone',
      );
    },
    onDecided: ({ order_id, created_at, attempt }, status, reason) => {
      const at = systemClock();
      const acceptedAt = Date.parse(created_at);
      processed.count({ order_id, status, reason, acceptedAt });
      metrics.decided(acceptedAt, at);
      orderFeed.add({ order_id, status, reason, at, created_at, attempt });
    },
    onEnded: (order_id, status) => {
      const reason = status === 'FAILED' ? 'RETRIES_EXHAUSTED' : undefined;
      processed.count({ order_id, status, reason });
      orderFeed.add({ order_id, status, reason, at: systemClock() });
    },
    onForeignLease: (untilMs) => skew.observeLease(untilMs, config.protocol.leaseMs),
    onOtherBody: (order_id) => {
      metrics.otherBody();
      logger.warn({ order_id }, 'not placed: another body with the same idempotency key was claimed first');
    },
  };
  await skew.start(() => store.check());
  const consumer = new Consumer({
    queue: new OrderQueue({ sqs, ...config, ...config.consumer }),
    handle: (message, signal) => handleMessage(deps, message, signal, logger),
    config: config.consumer,
    clock: systemClock,
    logger,
    untilWorkable: createUntilWorkable([skew, ...eachClient(scoring).map(({ breaker }) => breaker)]),
    mayClaim: () => !skew.isOpen,
    onAcknowledged: ({ acknowledgement }: HandledMessage) => {
      if (acknowledgement.kind === 'later') metrics.retried();
      if (acknowledgement.kind === 'dead-letter') metrics.deadLettered(acknowledgement.reason);
    },
  });
  const instance = `order-processor-${randomUUID().slice(0, 8)}`;
  const breakers = Object.entries(scoring);
  const state = publishProcessState({
    redis,
    timers: systemTimers,
    state: () => ({
      service: 'order-processor',
      instance,
      at: systemClock(),
      in_flight: consumer.inFlight,
      open_breakers: Object.fromEntries(breakers.map(([name, { breaker }]) => [name, breaker.isOpen])),
    }),
  });
  const queueWatch = new QueueWatch({
    ...{ sqs, registry, logger, timers: systemTimers },
    metrics: { messages: 'order_queue_messages', deadLetters: 'order_dlq_messages' },
    lease: { redis, key: QUEUE_WATCH_LEASE },
    ...{ queueUrl: config.queueUrl, deadLetterQueueUrl: config.deadLetterQueueUrl },
    ...{ id: randomUUID(), intervalMs: config.queueWatchMs },
  });
  void queueWatch.start();
  const onCaptureFailed = () => metrics.settlementProblem('capture-failed');
  const reconciler = startReconciler({ dynamo, scoring, events, config, registry, logger, onCaptureFailed });
  logger.info({ port, stage: config.stage }, 'taking orders');
  return {
    port,
    stop: async () => {
      stopping.abort();
      queueWatch.stop();
      await Promise.all([consumer.stop(), reconciler.stop()]);
      await closeServer(server);
      skew.close();
      for (const client of eachClient(scoring)) client.close();
      await Promise.all([orderFeed.flush(), state.stop()]);
      redis.disconnect();
      await secrets.stop();
      sqs.destroy();
      events.close();
      dynamo.destroy();
    },
  };
}
