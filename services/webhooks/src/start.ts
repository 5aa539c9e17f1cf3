/** Assembles the webhooks service and starts it. */
import { randomUUID } from 'node:crypto';
import type { WebhookEndpoint } from '@order-pipeline/contracts/webhooks';
import { checkQueue, createSqs } from '@order-pipeline/platform/aws';
import { systemClock } from '@order-pipeline/platform/clock';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { Running } from '@order-pipeline/platform/lifecycle';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { observeAws } from '@order-pipeline/platform/observe/aws';
import { createOpsServer } from '@order-pipeline/platform/ops-server';
import { QueueWatch } from '@order-pipeline/platform/queue-watch';
import { systemTimers } from '@order-pipeline/platform/timers';
import { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import type { Config } from './config.js';
import { KeyedLimiter } from './deliver/limiter.js';
import { Sender } from './deliver/send.js';
import { createWebhookMetrics } from './metrics.js';
import { Consumer } from './queue/consumer.js';
import { handleMessage } from './queue/handle-message.js';
import { WebhookQueue } from './queue/webhook-queue.js';
import { announceDisabled, EndpointDirectory, type FanOutDeps } from './streams/fan-out.js';

/** The running service. */
export interface RunningWebhooks extends Running {
  /** Port of the operations pages. */
  readonly port: number;
}

/** Part of a lease and of a visibility timeout that is left after the longest request, in milliseconds. */
const MARGIN_MS = 10_000;

/** Largest response body of an endpoint that is read. */
const MAX_RESPONSE_BYTES = 64 * 1_024;

/** Time between two reads of the queue depths, in milliseconds: every process reads them. */
const QUEUE_WATCH_MS = 15_000;

/** Starts the service. @throws {PortInUseError} before it takes any message */
export async function start(config: Config, logger: Logger): Promise<RunningWebhooks> {
  const registry = createRegistry({ service: 'webhooks', version: config.version });
  const aws = { region: config.awsRegion, maxAttempts: 4 };
  const dynamo = createDynamo({ ...aws, requestTimeoutMs: 2_000 }, registry);
  const requestTimeoutMs = config.receiveWaitSeconds * 1_000 + 5_000;
  const sqs = observeAws(createSqs({ ...aws, requestTimeoutMs }), 'sqs', registry);
  const endpoints = new WebhookEndpointStore(dynamo, config.endpointsTable);
  const deliveries = new WebhookDeliveryStore(dynamo, config.deliveriesTable);
  const leaseMs = config.requestTimeoutMs + MARGIN_MS;
  const queue = new WebhookQueue({
    sqs,
    ...config,
    visibilitySeconds: Math.ceil((leaseMs + MARGIN_MS) / 1_000),
  });
  const stopping = new AbortController();
  const server = createOpsServer({
    registry,
    stopping: stopping.signal,
    checks: {
      dynamodb: async () => {
        await endpoints.get('readiness-check');
      },
      sqs: () => checkQueue(sqs, config.queueUrl),
    },
  });
  const port = await listen(server, config.port, 'PORT');
  const metrics = createWebhookMetrics(registry, () => consumer.inFlight);
  const sender = new Sender({
    allowPrivate: config.stage === 'local',
    timeoutMs: config.requestTimeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    maxSocketsPerHost: config.maxPerEndpoint * 4,
  });
  const fanOut: FanOutDeps = {
    deliveries,
    directory: new EndpointDirectory(endpoints, systemClock, config.endpointCacheMs),
    clock: systemClock,
    enqueue: (streamId) => queue.enqueue(streamId),
  };
  const deps = {
    ...fanOut,
    endpoints,
    sender,
    limiter: new KeyedLimiter(config.maxPerEndpoint),
    random: Math.random,
    logger,
    metrics,
    leaseMs,
    retrySpeed: config.retrySpeed,
    disableAfterMs: config.disableAfterMs,
    onDisabled: (endpoint: WebhookEndpoint) => announceDisabled(fanOut, endpoint),
  };
  const consumer = new Consumer({
    queue,
    handle: (body) => handleMessage(deps, body),
    logger,
    maxInFlight: config.maxInFlight,
    onDeadLetter: () => metrics.deadLettered(),
  });
  const queueWatch = new QueueWatch({
    ...{ sqs, registry, logger, timers: systemTimers, id: randomUUID() },
    metrics: { messages: 'webhook_queue_messages', deadLetters: 'webhook_dlq_messages' },
    ...{ queueUrl: config.queueUrl, deadLetterQueueUrl: config.deadLetterQueueUrl },
    intervalMs: QUEUE_WATCH_MS,
  });
  void queueWatch.start();
  logger.info({ port, stage: config.stage }, 'delivering webhooks');
  return {
    port,
    stop: async () => {
      stopping.abort();
      queueWatch.stop();
      await consumer.stop();
      await closeServer(server);
      sender.close();
      sqs.destroy();
      dynamo.destroy();
    },
  };
}
