import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { createOrderId } from '../src/orders/order-id.js';
import { call, placeOrder, receiveOrders, startApi, type TestApi } from './harness.js';
import { type SendFate, startUnreliableSqs, type UnreliableSqs } from './unreliable-sqs.js';

const UNKNOWN = 'urn:order-pipeline:problem:order-outcome-unknown';
const REUSED = 'urn:order-pipeline:problem:idempotency-key-reused';

let stack: TestStack;
let sqs: UnreliableSqs;
let api: TestApi;
let redis: Redis;

beforeAll(async () => {
  stack = await startTestStack();
  sqs = await startUnreliableSqs(stack.sqs.endpoint);
  const queueUrl = (stack.env.SQS_QUEUE_URL ?? '').replace(stack.sqs.endpoint, sqs.endpoint);
  process.env.AWS_ENDPOINT_URL_SQS = sqs.endpoint;
  stack = { ...stack, env: { ...stack.env, SQS_QUEUE_URL: queueUrl } };
  api = await startApi(stack, { SEND_BUDGET_MS: '1200' });
  redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
});

afterEach(() => {
  sqs.fates = [];
  sqs.rewrite = (answer) => answer;
});

afterAll(async () => {
  redis.disconnect();
  await api.stop();
  await sqs.stop();
  await stack.stop();
});

const always = (fate: SendFate): SendFate[] => Array.from({ length: 100 }, () => fate);
const place = (user: string, key: string, fields = {}) =>
  placeOrder(api, user, fields, { 'Idempotency-Key': key });

describe('a response of SQS that is lost once', () => {
  test.each<SendFate>(['lose-answer', 'take-then-500'])('%s: the same order is sent again', async (fate) => {
    sqs.fates = [fate];
    const user = `once-${fate}`;
    const { status, body } = await placeOrder(api, user);
    expect(status).toBe(202);
    const received = await receiveOrders(stack, user, 2);
    expect(new Set(received.map(({ order }) => order.order_id))).toEqual(new Set([body.order_id]));
  });

  test('an entry that the response does not name is sent again', async () => {
    let answers = 0;
    sqs.rewrite = (answer) => (answers++ === 0 ? { Successful: [] } : answer);
    expect((await placeOrder(api, 'unnamed')).status).toBe(202);
    expect(answers).toBe(2);
  });

  test('an entry that failed inside SQS is sent again', async () => {
    let answers = 0;
    sqs.rewrite = (answer) =>
      answers++ === 0 ? { Failed: [{ Id: '0', SenderFault: false, Code: 'InternalError' }] } : answer;
    expect((await placeOrder(api, 'inside')).status).toBe(202);
  });
});

describe('an outcome that stays unknown', () => {
  test.each<SendFate>(['lose-answer', 'take-then-500', 'hang', 'unreachable'])('%s', async (fate) => {
    sqs.fates = always(fate);
    const user = `never-${fate}`;
    const startedMs = performance.now();
    const { status, body, headers } = await placeOrder(api, user);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect({ status, type: body.type }).toEqual({ status: 503, type: UNKNOWN });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.detail).not.toMatch(/nothing was ordered|no order/i);
    expect(body).toMatchObject({ order_id: expect.any(String), poll_url: expect.any(String) });
    sqs.fates = [];
    expect(await call(body.poll_url)).toMatchObject({
      status: 200,
      body: { order_id: body.order_id, status: 'PENDING' },
    });
    const taken = fate === 'lose-answer' || fate === 'take-then-500';
    const received = await receiveOrders(stack, user, taken ? 1 : 0);
    for (const { order } of received) expect(order.order_id).toBe(body.order_id);
  });

  test('keeps its key for the same body, for a day', async () => {
    sqs.fates = always('lose-answer');
    const first = await place('keyed', 'k', { amount: 2_500 });
    expect(first).toMatchObject({ status: 503, body: { type: UNKNOWN } });
    expect(await redis.pttl(`idempotency:${first.body.order_id}`)).toBeGreaterThan(86_300_000);
    expect(await place('keyed', 'k', { amount: 1_250 })).toMatchObject({
      status: 422,
      body: { type: REUSED },
    });
    sqs.fates = [];
    expect(await place('keyed', 'k', { amount: 1_250 })).toMatchObject({
      status: 422,
      body: { type: REUSED },
    });
    const again = await place('keyed', 'k', { amount: 2_500 });
    expect(again).toMatchObject({ status: 202, body: { order_id: first.body.order_id } });
    const received = await receiveOrders(stack, 'keyed', 2);
    expect(new Set(received.map(({ order }) => order.amount))).toEqual(new Set([2_500]));
  });

  test('stays unknown when later tries are refused', async () => {
    sqs.fates = ['lose-answer', ...always('refuse')];
    expect(await place('mixed', 'k')).toMatchObject({ status: 503, body: { type: UNKNOWN } });
    expect(await place('mixed', 'k')).toMatchObject({ status: 503, body: { type: UNKNOWN } });
    expect(await place('mixed', 'k', { amount: 1 })).toMatchObject({ status: 422 });
  });
});

describe('a process that died while it sent an order', () => {
  test('leaves a key for the same body only', async () => {
    const orderId = createOrderId('died', 'k');
    sqs.fates = always('lose-answer');
    await place('died', 'k', { amount: 700 });
    sqs.fates = [];
    const entry = JSON.parse((await redis.get(`idempotency:${orderId}`)) ?? '{}');
    const running = { ...entry, state: 'running', until: Date.now() - 1 };
    await redis.set(`idempotency:${orderId}`, JSON.stringify(running));
    expect(await place('died', 'k', { amount: 1 })).toMatchObject({ status: 422 });
    expect(await place('died', 'k', { amount: 700 })).toMatchObject({ status: 202 });
  });
});

describe('a definite refusal', () => {
  test('of the whole call frees the key', async () => {
    sqs.fates = always('refuse');
    const { status, body } = await place('refused', 'k');
    expect({ status, type: body.type }).toEqual({ status: 503, type: 'about:blank' });
    expect(body.detail).toContain('Nothing was ordered');
    sqs.fates = [];
    expect((await place('refused', 'k', { amount: 5 })).status).toBe(202);
    expect(await receiveOrders(stack, 'refused', 1)).toHaveLength(1);
  });

  test('of one entry leaves the others of its batch alone', async () => {
    sqs.rewrite = ({ Successful = [] }) => ({
      Successful: Successful.filter(({ Id }) => Id !== '1'),
      Failed: Successful.filter(({ Id }) => Id === '1').map(({ Id }) => ({
        Id,
        SenderFault: true,
        Code: 'InvalidMessageContents',
      })),
    });
    sqs.fates = ['hang'];
    // The first occupies the eager slot until its try times out: those after it share one batch.
    const before = sqs.calls.length;
    const first = placeOrder(api, 'entry');
    while (sqs.calls.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    const answers = await Promise.all(['a', 'b', 'c'].map((n) => placeOrder(api, `entry-${n}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 503]);
    expect(answers.find(({ status }) => status === 503)?.body.type).toBe('about:blank');
    await first;
  });
});
