import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { decideKeyUse, type KeyDecision } from '../src/orders/decide/idempotency.js';
import { parseIdempotencyKey } from '../src/orders/idempotency-key.js';
import { decodeEntry, encodeEntry, type OrderKeyEntry, toEntryPrefix } from '../src/orders/key-entry.js';
import { createOrderId } from '../src/orders/order-id.js';
import { placeOrder, receiveOrders, startApi, type TestApi } from './harness.js';

describe('what a key means', () => {
  const answer = {
    order_id: '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19',
    status: 'PENDING' as const,
    poll_url: 'http://localhost:8000/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19',
    requested_at: '2026-01-15T09:30:00.000Z',
  };

  test.each<[string, OrderKeyEntry | undefined, KeyDecision<unknown>['action']]>([
    ['nothing yet', undefined, 'begin'],
    ['the same request, running', { state: 'running', fingerprint: 'f', until: 1_001 }, 'wait'],
    ['the same request, dead', { state: 'running', fingerprint: 'f', until: 1_000 }, 'repeat'],
    ['the same request, its outcome unknown', { state: 'unknown', fingerprint: 'f' }, 'repeat'],
    ['the same request, answered', { state: 'done', fingerprint: 'f', answer }, 'replay'],
    ['another request, running', { state: 'running', fingerprint: 'g', until: 1_001 }, 'refuse'],
    ['another request, dead', { state: 'running', fingerprint: 'g', until: 0 }, 'refuse'],
    ['another request, its outcome unknown', { state: 'unknown', fingerprint: 'g' }, 'refuse'],
    ['another request, answered', { state: 'done', fingerprint: 'g', answer }, 'refuse'],
  ])('%s', (_, entry, action) => {
    expect(decideKeyUse(entry, 'f', 1_000).action).toBe(action);
  });

  test.each<OrderKeyEntry>([
    { state: 'running', fingerprint: 'f', until: 1 },
    { state: 'unknown', fingerprint: 'f' },
    { state: 'done', fingerprint: 'f', answer },
  ])('an entry $state is read as it was written', (entry) => {
    const text = encodeEntry(entry);
    expect(decodeEntry(text)).toEqual(entry);
    expect(text.startsWith(toEntryPrefix('f'))).toBe(true);
    expect(text.startsWith(toEntryPrefix('g'))).toBe(false);
  });

  test.each([
    'garbage',
    'null',
    '[]',
    '{}',
    '{"state":"done","fingerprint":"f","answer":1}',
    '{"v":2,"fingerprint":"f","state":"unknown"}',
    '{"v":1,"fingerprint":"f","state":"done"}',
    '{"v":1,"fingerprint":"f","state":"lost"}',
    '{"v":1,"fingerprint":7,"state":"unknown"}',
    '{"v":1,"fingerprint":"f","state":"running","until":"soon"}',
  ])('%s is not an entry', (text) => {
    expect(decodeEntry(text)).toBeUndefined();
  });
});

describe('the field', () => {
  test.each([
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    ['"two words"', 'two words'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ])('%.20s', (value, key) => {
    expect(parseIdempotencyKey(value)).toBe(key);
  });

  test.each(['', '""', '"', '"a', 'a b', 'x'.repeat(256), `"${'x'.repeat(256)}"`, 'a"b', 'ä'])(
    'not %.20s',
    (value) => {
      expect(() => parseIdempotencyKey(value)).toThrow('The Idempotency-Key is not valid.');
    },
  );

  test('and the user together are the order', () => {
    expect(createOrderId('u1', 'k')).toBe(createOrderId('u1', 'k'));
    expect(createOrderId('u1', 'k')).toBe('b8b6f98c-5a27-5ad2-ba3c-3d58101349d0');
    expect(createOrderId('u1', 'k')).not.toBe(createOrderId('u2', 'k'));
    expect(createOrderId('u', '1k')).not.toBe(createOrderId('u1', 'k'));
    expect(createOrderId('u1')).not.toBe(createOrderId('u1'));
  });
});

describe('retries', () => {
  let stack: TestStack;
  let apis: [TestApi, TestApi];
  let redis: Redis;

  beforeAll(async () => {
    stack = await startTestStack();
    apis = [await startApi(stack), await startApi(stack)];
    redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
  });

  afterAll(async () => {
    redis.disconnect();
    for (const api of apis) await api.stop();
    await stack.stop();
  });

  const place = (api: TestApi, user: string, key: string, fields = {}) =>
    placeOrder(api, user, fields, { 'Idempotency-Key': key });

  test('get the first response again, from any process', async () => {
    const first = await place(apis[0], 'r1', 'k1');
    const second = await place(apis[1], 'r1', '"k1"', { currency: 'USD', items: [] });
    expect(first.status).toBe(202);
    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.body.poll_url);
    expect(await receiveOrders(stack, 'r1', 1)).toHaveLength(1);
    const ttl = await redis.pttl(`idempotency:${first.body.order_id}`);
    expect(ttl).toBeGreaterThan(86_300_000);
    expect(ttl).toBeLessThanOrEqual(86_400_000);
  });

  test('with another body are refused', async () => {
    await place(apis[0], 'r2', 'k1');
    expect(await place(apis[0], 'r2', 'k1', { amount: 1 })).toMatchObject({
      status: 422,
      body: { type: 'urn:order-pipeline:problem:idempotency-key-reused' },
    });
  });

  test('of different users are different orders', async () => {
    const [one, other] = [await place(apis[0], 'r3', 'k1'), await place(apis[0], 'r4', 'k1')];
    expect(one.body.order_id).not.toBe(other.body.order_id);
  });

  test('fifty at once are one order with fifty equal answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => place(apis[n % 2] as TestApi, 'r5', 'k1')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    await place(apis[0], 'r5', 'end');
    expect(await receiveOrders(stack, 'r5', 2)).toHaveLength(2);
  });

  test('of a request that is still running answer 409', async () => {
    const first = await place(apis[0], 'r6', 'k1');
    const name = `idempotency:${first.body.order_id}`;
    const { answer: _, ...entry } = JSON.parse((await redis.get(name)) ?? '{}');
    await redis.set(name, JSON.stringify({ ...entry, state: 'running', until: Date.now() + 60_000 }));
    const { status, body, headers } = await place(apis[1], 'r6', 'k1');
    expect({ status, type: body.type }).toEqual({
      status: 409,
      type: 'urn:order-pipeline:problem:idempotency-key-in-flight',
    });
    expect(headers.get('retry-after')).toBe('1');
  });
});
