/** The whole service on emulators, with real receivers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import { streamIdOf, type WebhookDelivery, type WebhookEndpoint } from '@order-pipeline/contracts/webhooks';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createLogger } from '@order-pipeline/platform/logger';
import { EventPublisher } from '@order-pipeline/platform/sns/event-publisher';
import {
  NO_SPAN,
  type SpanIdentity,
  type SpanStart,
  setTracer,
} from '@order-pipeline/platform/tracing/tracer';
import { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import { createWork, runWork } from '@order-pipeline/platform/work';
import { Webhook } from 'standardwebhooks';
import { type Config, loadConfig } from '../src/config.js';
import { type RunningWebhooks, start } from '../src/start.js';
import { createEvent } from './fixtures.js';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
/** Retries as soon as SQS allows: after a second. */
const RETRY_SPEED = 1_000_000;

let stack: TestStack;
let service: RunningWebhooks;
let config: Config;
let dynamo: DynamoClient;
let sqs: SQSClient;
let endpoints: WebhookEndpointStore;
let deliveries: WebhookDeliveryStore;
let publisher: EventPublisher;
const logged: string[] = [];
const receivers: Server[] = [];
let endpointCount = 0;

beforeAll(async () => {
  stack = await startTestStack();
  config = loadConfig({
    ...stack.env,
    PORT: '0',
    WEBHOOK_RETRY_SPEED: String(RETRY_SPEED),
    WEBHOOK_TIMEOUT_MS: '500',
    WEBHOOK_MAX_PER_ENDPOINT: '2',
    WEBHOOK_ENDPOINT_CACHE_MS: '0',
    WEBHOOK_DISABLE_AFTER_SECONDS: '600',
    RECEIVE_WAIT_SECONDS: '1',
  });
  service = await start(config, createLogger('webhooks', 'info', { write: (line) => logged.push(line) }));
  const aws = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 };
  dynamo = createDynamo(aws);
  sqs = createSqs(aws);
  endpoints = new WebhookEndpointStore(dynamo, config.endpointsTable);
  deliveries = new WebhookDeliveryStore(dynamo, config.deliveriesTable);
  publisher = new EventPublisher({ sns: createSns(aws), topicArn: stack.env.ORDER_EVENTS_TOPIC_ARN ?? '' });
});

afterEach(async () => {
  for (const server of receivers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

afterAll(async () => {
  await service.stop();
  sqs.destroy();
  dynamo.destroy();
  await stack.stop();
});

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly event: OrderEvent;
}

/** Starts a receiver that decides by `answer`, and returns what it accepted or refused. */
async function startReceiver(
  answer: (response: ServerResponse, received: Received) => void,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const entry = { headers: request.headers, body, event: JSON.parse(body) as OrderEvent };
    received.push(entry);
    answer(response, entry);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  receivers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, received };
}

async function register(url: string, change: Partial<WebhookEndpoint> = {}): Promise<WebhookEndpoint> {
  const now = new Date().toISOString();
  const endpoint: WebhookEndpoint = {
    endpoint_id: `ep-${++endpointCount}`,
    owner: `owner-${endpointCount}`,
    url,
    scope: 'own',
    event_types: [],
    status: 'enabled',
    secrets: [{ secret: SECRET }],
    created_at: now,
    updated_at: now,
    ...change,
  };
  await endpoints.create(endpoint);
  return endpoint;
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error('still waiting after 30 s');
    await new Promise((done) => setTimeout(done, 50));
  }
}

function untilDeliveries(
  endpointId: string,
  subject: string,
  count: number,
): Promise<readonly WebhookDelivery[]> {
  return until(async () => {
    const stream = await deliveries.get(streamIdOf(endpointId, subject));
    const finished = stream?.deliveries.filter(({ status }) => status !== 'pending') ?? [];
    return finished.length >= count ? finished : undefined;
  });
}

test('a receiver that fails half of the time ends with every event, verified and in order', async () => {
  const accepted = new Map<string, string[]>();
  let requests = 0;
  const { url, received } = await startReceiver((response, { event }) => {
    requests += 1;
    if (requests % 2 === 1) return response.writeHead(requests % 4 === 1 ? 500 : 429).end();
    accepted.set(event.subject, [...(accepted.get(event.subject) ?? []), event.type]);
    response.writeHead(204).end();
  });
  const endpoint = await register(url);
  const orders = Array.from({ length: 20 }, (_, index) => `order-${index}`);
  for (const [index, order] of orders.entries()) {
    // Queues may invert the events of an order.
    const kinds =
      index % 2 === 0 ? (['completed', 'refunded'] as const) : (['refunded', 'completed'] as const);
    for (const kind of kinds) await publisher.publish(createEvent(order, kind, endpoint.owner));
    // Publishing again is allowed: events are published at least once.
    await publisher.publish(createEvent(order, 'completed', endpoint.owner));
  }
  for (const order of orders) {
    const finished = await untilDeliveries(endpoint.endpoint_id, order, 2);
    expect(finished.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  }
  for (const { body, headers } of received)
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
      specversion: '1.0',
    });
  for (const order of orders) {
    expect([...new Set(accepted.get(order))]).toEqual(['order.completed', 'order.refunded']);
  }
});

describe('an event of a traced order', () => {
  const origin = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

  afterEach(() => setTracer(undefined));

  /** Publishes an event whose first delivery fails, and returns its lines and spans. */
  async function deliverTwice(order: string, sampled: boolean) {
    const spans: (SpanStart & SpanIdentity)[] = [];
    setTracer({
      samples: (_traceId, parent) => parent?.sampled ?? false,
      begin: (span, identity) => {
        spans.push({ ...span, ...identity });
        return { ...NO_SPAN, context: identity.context };
      },
    });
    let requests = 0;
    const { url } = await startReceiver((response) => response.writeHead(requests++ ? 200 : 500).end());
    const endpoint = await register(url);
    const work = createWork({ request_id: `request-of-${order}` }, { ...origin, sampled });
    await runWork(work, () => publisher.publish(createEvent(order, 'completed', endpoint.owner)));
    await untilDeliveries(endpoint.endpoint_id, order, 1);
    const lines = logged.map((line) => JSON.parse(line)).filter(({ order_id }) => order_id === order);
    return { spans, lines };
  }

  test('is delivered in its request and its trace, at each attempt', async () => {
    const { spans, lines } = await deliverTwice('traced', true);
    const ids = { request_id: 'request-of-traced', trace_id: origin.traceId, order_id: 'traced' };
    expect(lines).toEqual([
      expect.objectContaining({ ...ids, msg: 'webhook failed', attempt: 1 }),
      expect.objectContaining({ ...ids, msg: 'webhook delivered', attempt: 2 }),
    ]);
    const queue = config.queueUrl.split('/').at(-1);
    const fannedOut = spans.find(
      ({ name, parent }) => name === `process ${queue}` && parent?.spanId === origin.spanId,
    );
    const attempts = spans.filter(({ name }) => name === 'POST webhook');
    expect(attempts.map(({ parent }) => parent)).toEqual([fannedOut?.context, fannedOut?.context]);
    expect(attempts.map(({ context }) => context.traceId)).toEqual([origin.traceId, origin.traceId]);
    expect(attempts.map(({ attributes }) => attributes?.['http.request.resend_count'])).toEqual([
      undefined,
      1,
    ]);
    expect(JSON.stringify(attempts)).not.toContain('/hooks');
  });

  test('that is not recorded has the same lines and no spans', async () => {
    const { spans, lines } = await deliverTwice('untraced', false);
    expect(lines.map(({ trace_id, attempt }) => [trace_id, attempt])).toEqual([
      [origin.traceId, 1],
      [origin.traceId, 2],
    ]);
    expect(spans).toEqual([]);
  });
});

test('a slow receiver does not delay another one', async () => {
  const slow = await startReceiver(() => undefined);
  const fast = await startReceiver((response) => response.writeHead(200).end());
  const owner = 'owner-of-two';
  const slowEndpoint = await register(slow.url, { owner });
  const fastEndpoint = await register(fast.url, { owner });
  const orders = Array.from({ length: 30 }, (_, index) => `slow-${index}`);
  await Promise.all(orders.map((order) => publisher.publish(createEvent(order, 'completed', owner))));
  for (const order of orders) await untilDeliveries(fastEndpoint.endpoint_id, order, 1);
  expect(fast.received.length).toBeGreaterThanOrEqual(orders.length);
  const stream = await deliveries.get(streamIdOf(slowEndpoint.endpoint_id, 'slow-29'));
  expect(stream?.deliveries[0]?.status).not.toBe('delivered');
  await endpoints.change(slowEndpoint.endpoint_id, owner, { status: 'disabled' }, Date.now());
});

test('is not ready from the start of the drain on, while requests in flight come to their end', async () => {
  const held: ServerResponse[] = [];
  const { url } = await startReceiver((response) => held.push(response));
  const endpoint = await register(url);
  await publisher.publish(createEvent('drained', 'completed', endpoint.owner));
  await until(async () => held[0]);
  const stopped = service.stop();
  const ready = await fetch(`http://127.0.0.1:${service.port}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ status: 'not ready', checks: { process: 'stopping' } });
  held[0]?.writeHead(200).end();
  await stopped;
  service = await start(config, createLogger('webhooks', 'info', { write: (line) => logged.push(line) }));
  expect((await untilDeliveries(endpoint.endpoint_id, 'drained', 1))[0]?.status).toBe('delivered');
});

test('deliveries to a disabled endpoint are skipped', async () => {
  const { url, received } = await startReceiver((response) => response.writeHead(200).end());
  const endpoint = await register(url);
  await deliveries.append(endpoint.endpoint_id, createEvent('late', 'completed', endpoint.owner), Date.now());
  await endpoints.change(endpoint.endpoint_id, endpoint.owner, { status: 'disabled' }, Date.now());
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.env.WEBHOOK_QUEUE_URL,
      MessageBody: JSON.stringify({ kind: 'deliver', stream_id: streamIdOf(endpoint.endpoint_id, 'late') }),
    }),
  );
  const [delivery] = await untilDeliveries(endpoint.endpoint_id, 'late', 1);
  expect(delivery).toMatchObject({ status: 'skipped', attempts: 0 });
  expect(received).toEqual([]);
});

test('an endpoint that keeps failing is disabled, and its owner is notified through the others', async () => {
  const owner = 'owner-of-failing';
  const failing = await startReceiver((response) => response.writeHead(500).end());
  const working = await startReceiver((response) => response.writeHead(200).end());
  const failingEndpoint = await register(failing.url, { owner, event_types: ['order.completed'] });
  await register(working.url, { owner, event_types: ['order.failed'] });
  await publisher.publish(createEvent('o-failing', 'completed', owner));
  const disabled = await until(async () => {
    const current = await endpoints.get(failingEndpoint.endpoint_id);
    return current?.status === 'disabled' ? current : undefined;
  });
  expect(disabled.disabled_reason).toBe('failing');
  const notice = await until(async () => working.received.at(0));
  expect(notice.event).toMatchObject({
    type: 'webhook.endpoint_disabled',
    data: { endpoint_id: failingEndpoint.endpoint_id },
  });
});

test('a message that is neither event nor delivery goes to the dead-letter queue', async () => {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: stack.env.WEBHOOK_QUEUE_URL, MessageBody: '{"type":"x"}' }),
  );
  await until(async () => {
    const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    return text.includes('webhook_dead_letters_total 1') || undefined;
  });
});
