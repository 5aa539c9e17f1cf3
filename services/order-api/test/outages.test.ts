import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { listen } from '@order-pipeline/platform/listen';
import { startApiProcess } from './api-process.js';
import { call, logIn, placeOrder, receiveOrders, startApi, type TestApi } from './harness.js';

let stack: TestStack;
let api: TestApi;

beforeEach(async () => {
  stack = await startTestStack();
});

afterEach(async () => {
  await api.stop();
  await stack.stop();
});

describe('without Redis', () => {
  beforeEach(async () => {
    api = await startApi(stack, { RATE_LIMIT: '10/hour' });
    await stack.redis.stop();
  });

  test('orders are taken, quotas hold in the process, and a key is still one order', async () => {
    const headers = { 'Idempotency-Key': 'k1' };
    const first = await placeOrder(api, 'noredis', {}, headers);
    const second = await placeOrder(api, 'noredis', {}, headers);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.order_id).toBe(first.body.order_id);
    const messages = await receiveOrders(stack, 'noredis', 2);
    expect(new Set(messages.map(({ order }) => order.order_id))).toEqual(new Set([first.body.order_id]));
    const authorization = await logIn(api, 'noredis');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(`${api.url}/orders`, { headers: authorization })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(await call(`${api.url}/ready`)).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { redis: 'unreachable' } },
    });
    expect((await call(`${api.url}/metrics`)).body).toMatch(
      /^redis_fallbacks_total\{purpose="limit"\} [1-9]/m,
    );
  });
});

describe('without SQS', () => {
  test('orders are refused and nothing counts as ordered, and the key is free again', async () => {
    // A process of its own, since errors of node:net are no Errors of this realm inside a test.
    api = await startApiProcess(stack);
    await stack.sqs.stop();
    const { status, body, headers } = await placeOrder(api, 'nosqs', {}, { 'Idempotency-Key': 'k1' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('1');
    expect(body).toMatchObject({
      title: 'Service Unavailable',
      detail: 'Orders cannot be taken right now. Nothing was ordered by this request.',
    });
    expect(JSON.stringify(body)).not.toMatch(/ECONN|127\.0\.0\.1|sqs/i);
    expect(await placeOrder(api, 'nosqs', { amount: 5 }, { 'Idempotency-Key': 'k1' })).toMatchObject({
      status: 503,
    });
    expect(await call(`${api.url}/ready`)).toMatchObject({
      status: 503,
      body: { status: 'not ready', checks: { queue: 'unreachable', orders: 'ok', redis: 'ok' } },
    });
    expect((await call(`${api.url}/health`)).status).toBe(200);
    expect(api.logs()).toMatch(/"level":"error".*ECONNREFUSED/);
  });
});

describe('without DynamoDB', () => {
  test('orders are taken but cannot be read', async () => {
    api = await startApi(stack);
    await stack.dynamo.stop();
    const placed = await placeOrder(api, 'nodynamo');
    expect(placed.status).toBe(202);
    expect(await call(placed.body.poll_url)).toMatchObject({ status: 503, body: { status: 503 } });
    expect(await call(`${api.url}/orders`, { headers: await logIn(api, 'nodynamo') })).toMatchObject({
      status: 503,
    });
  });
});

describe('stopping', () => {
  let slow: Server;

  test('lets orders in flight finish', async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let arrived = () => {};
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    slow = createServer(async (_request, response) => {
      arrived();
      await held;
      response.end(JSON.stringify({ Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: 'x' }] }));
    });
    const port = await listen(slow, 0, 'PORT');
    process.env.AWS_ENDPOINT_URL_SQS = `http://127.0.0.1:${port}`;
    api = await startApi(stack, { SQS_QUEUE_URL: `http://127.0.0.1:${port}/000000000000/order-queue` });
    const placing = placeOrder(api, 'inflight');
    await waiting;
    const stopping = api.stop();
    answer();
    expect((await placing).status).toBe(202);
    await stopping;
    await expect(call(`${api.url}/health`)).rejects.toThrow();
    slow.close();
    api = await startApi(stack);
  });
});
