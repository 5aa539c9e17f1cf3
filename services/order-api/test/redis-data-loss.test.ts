import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { createOrderId } from '../src/orders/order-id.js';
import { call, placeOrder, putRecord, receiveOrders, startApi, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

const REUSED = { status: 422, body: { type: 'urn:order-pipeline:problem:idempotency-key-reused' } };
const NOT_PLACED = { status: 409, body: { type: 'urn:order-pipeline:problem:order-not-placed' } };

let redis: Redis;
beforeAll(() => {
  redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
});
afterAll(() => redis.disconnect());

const place = (user: string, amount: number) => placeOrder(api, user, { amount }, { 'Idempotency-Key': 'k' });

/** Receives the user's order from the queue and writes its record as a worker's claim would. */
async function claim(user: string, fields = {}): Promise<void> {
  const [received] = await receiveOrders(stack, user, 1);
  if (!received) throw new Error('no message');
  const { account_created_at: _, ...facts } = received.order;
  await putRecord(stack, toRecord(facts.order_id, user, { ...facts, status: 'COMPLETED', ...fields }));
}

async function countSent(): Promise<number> {
  const { body } = await call(`${api.url}/metrics`);
  return Number(/^orders_accepted_total\{.*\} (\d+)/m.exec(body)?.[1]);
}

describe('after Redis lost its data', () => {
  test('another body stays refused, and the same body gets its order again', async () => {
    const first = await place('lost', 800);
    await claim('lost');
    const sent = await countSent();
    expect(await place('lost', 5_000)).toMatchObject(REUSED);
    await redis.flushall();
    expect(await place('lost', 5_000)).toMatchObject(REUSED);
    expect(await place('lost', 5_000)).toMatchObject(REUSED);
    await redis.flushall();
    const again = await place('lost', 800);
    expect(again).toMatchObject({
      status: 202,
      body: { order_id: first.body.order_id, requested_at: first.body.requested_at },
    });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await call(again.body.poll_url)).toMatchObject({
      status: 200,
      body: { status: 'COMPLETED', amount: 800 },
    });
    expect(await countSent()).toBe(sent);
  });

  test('a record without a fingerprint decides by its content', async () => {
    await place('old', 800);
    await claim('old', { fingerprint: undefined });
    await redis.flushall();
    expect(await place('old', 5_000)).toMatchObject(REUSED);
    expect((await place('old', 800)).status).toBe(202);
  });

  test('without the table, a key that Redis does not know is not taken on trust', async () => {
    const own = await startTestStack();
    const lonely = await startApi(own);
    await own.dynamo.stop();
    const answer = await placeOrder(lonely, 'blind', {}, { 'Idempotency-Key': 'k' });
    expect(answer.status).toBe(503);
    expect(await redisKeys(own)).toEqual([]);
    expect((await placeOrder(lonely, 'blind')).status).toBe(202);
    expect(await receiveOrders(own, 'blind', 1)).toHaveLength(1);
    await lonely.stop();
    await own.stop();
    Object.assign(process.env, stack.env);
  });

  test.each(['garbage', '{"state":"done"}', '{"v":99,"fingerprint":"x","state":"done"}'])(
    'an entry %s counts as absent',
    async (text) => {
      const user = `entry-${text.length}`;
      await redis.set(`idempotency:${createOrderId(user, 'k')}`, text);
      expect((await place(user, 800)).status).toBe(202);
      expect(await place(user, 900)).toMatchObject(REUSED);
    },
  );
});

describe('two bodies under one key while the first is in the queue and Redis has lost the key', () => {
  test('are distinguished by their poll URLs', async () => {
    const first = await place('window', 800);
    await redis.flushall();
    const second = await place('window', 5_000);
    expect(second).toMatchObject({ status: 202, body: { order_id: first.body.order_id } });
    expect(await call(second.body.poll_url)).toMatchObject({ body: { status: 'PENDING' } });
    await claim('window', { status: 'PROCESSING' });
    const placed = await call(first.body.poll_url);
    expect(placed).toMatchObject({ status: 200, body: { amount: 800 } });
    for (const headers of [{}, { Prefer: 'wait=1' }])
      expect(await call(second.body.poll_url, { headers })).toMatchObject({
        ...NOT_PLACED,
        body: { ...NOT_PLACED.body, order: { amount: 800 } },
      });
    const url = new URL(second.body.poll_url);
    expect(await call(`${url.origin}${url.pathname}/events${url.search}`)).toMatchObject(NOT_PLACED);
    expect(await call(`${url.origin}${url.pathname}/cancel${url.search}`, { method: 'POST' })).toMatchObject(
      NOT_PLACED,
    );
    expect(await call(first.body.poll_url)).toMatchObject({ body: { status: 'PROCESSING' } });
  });

  test('the one that was not placed is refused once the other is claimed', async () => {
    await place('window-repeat', 800);
    await redis.flushall();
    const second = await place('window-repeat', 5_000);
    expect((await place('window-repeat', 5_000)).body).toEqual(second.body);
    await claim('window-repeat', { status: 'PROCESSING' });
    expect(await place('window-repeat', 5_000)).toMatchObject(REUSED);
    expect(await place('window-repeat', 800)).toMatchObject({ status: 202 });
    expect(await place('window-repeat', 5_000)).toMatchObject(REUSED);
  });

  test('the one that was placed gets its order again, though Redis knows only the other', async () => {
    const first = await place('window-placed', 800);
    await redis.flushall();
    await place('window-placed', 5_000);
    await claim('window-placed', { status: 'PROCESSING' });
    expect(await place('window-placed', 800)).toMatchObject({
      status: 202,
      body: { order_id: first.body.order_id, requested_at: first.body.requested_at },
    });
    expect(await place('window-placed', 5_000)).toMatchObject(REUSED);
  });

  test('one cancelled before any claim leaves the other not placed', async () => {
    const first = await place('window-cancel', 800);
    await redis.flushall();
    const second = await place('window-cancel', 5_000);
    const url = new URL(second.body.poll_url);
    expect(await call(`${url.origin}${url.pathname}/cancel${url.search}`, { method: 'POST' })).toMatchObject({
      status: 200,
      body: { status: 'CANCELLED' },
    });
    expect(await call(first.body.poll_url)).toMatchObject(NOT_PLACED);
  });

  test('a fingerprint in a URL cannot be changed', async () => {
    const { body } = await place('forged', 800);
    const url = new URL(body.poll_url);
    url.searchParams.set('fingerprint', 'x'.repeat(22));
    expect((await call(url.href)).status).toBe(403);
    url.searchParams.delete('fingerprint');
    expect((await call(url.href)).status).toBe(403);
  });
});

async function redisKeys(target: TestStack): Promise<string[]> {
  const client = createRedis(target.redis.url, createLogger('test', 'silent'));
  await new Promise((resolve) => client.once('ready', resolve));
  const keys = await client.keys('idempotency:*');
  client.disconnect();
  return keys;
}
