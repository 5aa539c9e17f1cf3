/** The whole processor in one process, with real queues, tables, Redis and scoring services. */
import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import { FAILED_NOTICE_ATTRIBUTE } from '@order-pipeline/contracts/processed';
import { statusChannel } from '@order-pipeline/contracts/status-feed';
import { CATALOGUE, stockCatalogue } from '@order-pipeline/local/catalogue';
import { freePort } from '@order-pipeline/local/redis-server';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { PortInUseError } from '@order-pipeline/platform/listen';
import { Redis } from 'ioredis';
import { loadConfig as loadScoringConfig } from '../../scoring/src/config.js';
import { type RunningScoring, start as startScoring } from '../../scoring/src/start.js';
import { loadConfig } from '../src/config.js';
import { type RunningProcessor, start } from '../src/start.js';
import { createTestQueue, depth, LOGGER, peek, send, until } from './harness.js';

let stack: TestStack;
let scoring: RunningScoring;
let processor: RunningProcessor;
let sqs: SQSClient;
let dynamo: DynamoClient;
let store: OrderStore;
let scoringPort: number;
let environment: Record<string, string>;

async function startServices(): Promise<RunningScoring> {
  return startScoring(loadScoringConfig({ ...stack.env, GRPC_PORT: String(scoringPort), PORT: '0' }), LOGGER);
}

beforeAll(async () => {
  stack = await startTestStack();
  scoringPort = await freePort();
  scoring = await startServices();
  await stockCatalogue(`http://127.0.0.1:${scoring.httpPort}`, CATALOGUE);
  const url = `http://127.0.0.1:${scoringPort}`;
  environment = {
    ...stack.env,
    PORT: '0',
    ...{ INVENTORY_URL: url, FRAUD_URL: url, PAYMENT_URL: url },
    ...{ VISIBILITY_TIMEOUT_SECONDS: '2', LEASE_MS: '1200', LEASE_MARGIN_MS: '200', MAX_RECEIVES: '2' },
  };
  processor = await start(loadConfig(environment), LOGGER);
  ({ sqs } = createTestQueue(stack));
  dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
  store = new OrderStore(dynamo, 'orders');
});

afterAll(async () => {
  await processor.stop();
  await scoring.stop();
  sqs.destroy();
  dynamo.destroy();
  await stack.stop();
});

function placed(changes: Partial<PlacedOrder> = {}): PlacedOrder {
  return {
    order_id: randomUUID(),
    user_id: randomUUID(),
    amount: 1250,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 1 }],
    payment_method: 'tok_visa',
    created_at: new Date().toISOString(),
    ...changes,
  };
}

async function get(path: string) {
  return fetch(`http://127.0.0.1:${processor.port}${path}`);
}

async function metric(name: string): Promise<number> {
  const line = (await (await get('/metrics')).text()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}

const statusOf = async (order: PlacedOrder) => (await store.read(order.order_id))?.status;
const queueIsEmpty = async () => (await depth(sqs, stack.env.SQS_QUEUE_URL)) === 0;

async function dead(bodyPart: string) {
  const letters = await peek(sqs, stack.env.SQS_DLQ_URL);
  return letters.find(({ Body }) => Body?.includes(bodyPart));
}

test('takes an order from the queue to its end and tells who listens', async () => {
  const order = placed({ account_created_at: new Date('2020-01-01T00:00:00Z') });
  const redis = new Redis(stack.redis.url);
  const statuses: string[] = [];
  redis.on('message', (_, message) => statuses.push(JSON.parse(message).status));
  await redis.subscribe(statusChannel(order.order_id));
  await send(sqs, stack, encodeOrderPlaced(order), {
    request_id: 'request-1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  });
  await until('the queue is empty', queueIsEmpty);
  expect(await store.read(order.order_id)).toMatchObject({
    status: 'COMPLETED',
    attempt: 1,
    fraud_score: 0,
    request_id: 'request-1',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  });
  expect(statuses).toEqual(['PROCESSING', 'COMPLETED']);
  expect(await metric('orders_processed_total{env="local",status="success"}')).toBe(1);
  expect(await metric('order_decision_seconds_count')).toBe(1);
  redis.disconnect();
});

test('counts an order that an operator has failed once, at any number of deliveries', async () => {
  const order = placed();
  const failed = 'orders_processed_total{env="local",status="error"}';
  await store.fail(order, { note: 'test', now: Date.now() });
  const before = await metric(failed);
  for (const _ of [1, 2])
    await send(sqs, stack, encodeOrderPlaced(order), { [FAILED_NOTICE_ATTRIBUTE]: 'true' });
  await until('the queue is empty', queueIsEmpty);
  expect(await metric(failed)).toBe(before + 1);
  expect(await store.read(order.order_id)).toMatchObject({ status: 'FAILED', counted: true });
});

test('knows the depth of the order queue', async () => {
  expect(await metric('order_queue_messages{state="visible"}')).toBeGreaterThanOrEqual(0);
  expect(await metric('order_oldest_message_age_seconds')).toBe(0);
});

test('answers health and readiness', async () => {
  expect(await (await get('/health')).json()).toEqual({ status: 'healthy' });
  const ready = await get('/ready');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({ status: 'ready', checks: { clock: 'ok', dynamodb: 'ok', sqs: 'ok' } });
  expect((await get('/nothing')).status).toBe(404);
});

test('moves poison to the dead-letter queue at once and continues', async () => {
  const order = placed();
  const failed = await metric('orders_processed_total{env="local",status="error"}');
  await send(sqs, stack, '{"no":"order"}');
  await send(sqs, stack, encodeOrderPlaced(placed({ currency: 'dollars' })));
  await send(sqs, stack, encodeOrderPlaced(order));
  await until('the queue is empty', queueIsEmpty);
  expect(await statusOf(order)).toBe('COMPLETED');
  const letter = await dead('"no":"order"');
  expect(letter?.MessageAttributes).toMatchObject({
    dead_letter_reason: { StringValue: 'POISON' },
    receive_count: { StringValue: '1' },
    first_error: {
      StringValue: expect.stringContaining('MalformedOrderEventError: OrderPlaced lacks order_id'),
    },
  });
  expect((await dead('dollars'))?.MessageAttributes).toMatchObject({
    dead_letter_reason: { StringValue: 'POISON' },
    first_error: { StringValue: expect.stringContaining('currency') },
  });
  expect(await metric('order_dead_letters_total{reason="POISON"}')).toBe(2);
  // A message that is no order was never accepted as one.
  expect(await metric('orders_processed_total{env="local",status="error"}')).toBe(failed);
  await until(
    'the depth of the dead-letter queue is known',
    async () => (await metric('order_dlq_messages')) === 2,
  );
});

test('gives an order up that fails again and again, and holds nothing against the others', async () => {
  const order = placed({ payment_method: 'tok_gatewayDown' });
  await send(sqs, stack, encodeOrderPlaced(order));
  await until('the order is dead-lettered', async () => (await dead(order.order_id)) !== undefined);
  expect((await dead(order.order_id))?.MessageAttributes).toMatchObject({
    dead_letter_reason: { StringValue: 'RETRIES_EXHAUSTED' },
    receive_count: { StringValue: '2' },
  });
  expect(await statusOf(order)).toBe('PROCESSING');
  const other = placed();
  await send(sqs, stack, encodeOrderPlaced(other));
  await until('the other order is done', async () => (await statusOf(other)) === 'COMPLETED');
});

test('waits while scoring is down, and continues when it is up', async () => {
  await scoring.stop();
  const orders = Array.from({ length: 12 }, () => placed());
  for (const order of orders) await send(sqs, stack, encodeOrderPlaced(order));
  // Whichever breaker is first: it keeps the other orders from being tried.
  await until('a breaker is open', async () =>
    /^rpc_breaker_open\{.*\} 1$/m.test(await (await get('/metrics')).text()),
  );
  const late = placed();
  await send(sqs, stack, encodeOrderPlaced(late));
  scoring = await startServices();
  await until('the queue is empty', queueIsEmpty);
  expect(await statusOf(late)).toBe('COMPLETED');
});

test('is not ready from the start of the drain on, while orders in flight come to their end', async () => {
  const order = placed({ payment_method: 'tok_slow' });
  await send(sqs, stack, encodeOrderPlaced(order));
  await until('the order is in flight', async () => (await statusOf(order)) === 'PROCESSING');
  const stopped = processor.stop();
  const ready = await get('/ready');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'not ready', checks: { process: 'stopping' } });
  await stopped;
  processor = await start(loadConfig(environment), LOGGER);
  await until('the order is decided', async () => (await statusOf(order)) === 'COMPLETED');
});

test('a busy port stops the start, and nothing is left running', async () => {
  const config = loadConfig({ ...environment, PORT: String(processor.port) });
  await expect(start(config, LOGGER)).rejects.toThrow(PortInUseError);
});
