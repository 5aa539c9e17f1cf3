/** A processor: consumer, protocol and reconciler, as its start.ts puts them together. */
import { loadConfig } from '@order-pipeline/order-processor/config';
import { Consumer, type MessageHandler } from '@order-pipeline/order-processor/consumer';
import { FirstErrors } from '@order-pipeline/order-processor/first-errors';
import { handleMessage } from '@order-pipeline/order-processor/handle-message';
import { OrderQueue } from '@order-pipeline/order-processor/order-queue';
import type { ProtocolDeps } from '@order-pipeline/order-processor/process-order';
import { startReconciler } from '@order-pipeline/order-processor/reconcile/reconciler';
import { createUntilWorkable } from '@order-pipeline/order-processor/workable';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { eachClient } from '@order-pipeline/order-protocol/scoring';
import { systemClock } from '@order-pipeline/platform/clock';
import { SkewGuard } from '@order-pipeline/platform/skew/skew-guard';
import { systemTimers } from '@order-pipeline/platform/timers';
import { Registry } from 'prom-client';
import type { Cloud } from '../cloud/cloud.js';
import { createDynamoClient } from '../cloud/dynamo/client.js';
import { createSqsClient } from '../cloud/sqs/client.js';
import { createEvents } from '../cloud/topic.js';
import { currentContext, runIn } from '../kernel/context.js';
import { SERVICE_ENVIRONMENT } from './environment.js';
import { observeErrors } from './first-errors.js';
import { orderIdOf } from './ids.js';
import { createSimLogger } from './logger.js';
import { createScoringClients } from './scoring-clients.js';

/** Tries of one AWS call, as in the processor's start.ts. */
const AWS_MAX_ATTEMPTS = 4;

/** Environment variables that differ from SERVICE_ENVIRONMENT. */
type Settings = Readonly<Record<string, string>>;

/** Starts the processor in the running process. Resolves when it has stopped after a call of `stop`. */
export function startProcessor(cloud: Cloud, settings: Settings): { stop(): Promise<void> } {
  const started = start(cloud, settings);
  return { stop: async () => (await started).stop() };
}

async function start(cloud: Cloud, settings: Settings): Promise<{ stop(): Promise<void> }> {
  const { world } = cloud;
  const config = loadConfig({ ...SERVICE_ENVIRONMENT, ...settings });
  const logger = createSimLogger(world);
  const registry = new Registry();
  const skew = new SkewGuard({
    limitMs: config.clockSkewLimitMs,
    clock: systemClock,
    timers: systemTimers,
    logger,
    registry,
  });
  const dynamo = createDynamoClient(cloud, {
    dates: skew.observer,
    maxAttempts: AWS_MAX_ATTEMPTS,
    requestTimeoutMs: 2_000,
  });
  const sqs = createSqsClient(cloud, {
    maxAttempts: AWS_MAX_ATTEMPTS,
    requestTimeoutMs: config.consumer.receiveWaitSeconds * 1_000 + 5_000,
  });
  const scoring = createScoringClients(cloud, logger);
  const events = createEvents(cloud, { maxAttempts: AWS_MAX_ATTEMPTS, requestTimeoutMs: 2_000 });
  const store = new OrderStore(dynamo, config.ordersTable);
  const errors = observeErrors(store);
  const deps: ProtocolDeps = {
    store,
    firstErrors: new FirstErrors(errors.store),
    scoring,
    clock: systemClock,
    events,
    config: config.protocol,
    onStatus: () => undefined,
    onDifference: ({ order_id }, lines) => {
      cloud.alarms.push(`${order_id} sold ${lines} lines that were not held`);
      note(cloud, `alarm: ${order_id} sold ${lines} lines that were not held`);
    },
    onForeignLease: (untilMs) => skew.observeLease(untilMs, config.protocol.leaseMs),
    onCaptureFailed: ({ order_id }) => note(cloud, `alarm: ${order_id} cannot be charged`),
    onOtherBody: (orderId) => note(cloud, `drops another body under the key of ${orderId}`),
    onDecided: ({ order_id, attempt }, status) => {
      cloud.decisions.push({ orderId: order_id, attempt });
      note(cloud, `decides ${order_id}: ${status} in attempt ${attempt}`);
    },
  };
  await skew.start(() => store.check());
  const consumer = new Consumer({
    mayClaim: () => !skew.isOpen,
    queue: new OrderQueue({ sqs, ...config, ...config.consumer }),
    handle: inOwnStream(cloud, async (message, signal) => {
      const handled = await handleMessage(deps, message, signal, logger);
      const orderId = orderIdOf(message.body);
      if (handled.acknowledgement.kind === 'dead-letter' && orderId !== undefined)
        cloud.deadLetterErrors.push({ orderId, reported: handled.firstError, noted: errors.take(orderId) });
      return handled;
    }),
    config: config.consumer,
    clock: systemClock,
    logger,
    untilWorkable: createUntilWorkable([skew, ...eachClient(scoring).map(({ breaker }) => breaker)]),
    onAcknowledged: () => undefined,
  });
  const reconciler = startReconciler({ dynamo, scoring, events, config, registry, logger });
  return {
    stop: async () => {
      await Promise.all([consumer.stop(), reconciler.stop()]);
      skew.close();
      for (const client of eachClient(scoring)) client.close();
    },
  };
}

/** Gives each delivery random numbers of its own, so that other deliveries do not change them. */
function inOwnStream({ world }: Cloud, handle: MessageHandler): MessageHandler {
  return (message, signal) => {
    const context = currentContext();
    if (!context) return handle(message, signal);
    const name = `${context.process.name}/${message.id}/${message.receiveCount}`;
    return runIn({ process: context.process, random: world.random(name) }, () => handle(message, signal));
  };
}

function note({ world }: Cloud, text: string): void {
  const name = currentContext()?.process.name ?? 'world';
  world.trace.add(world.now, name, name, text);
}
