import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import { statusChannel } from '@order-pipeline/contracts/status-feed';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { toOrder } from '../src/decide/view.js';
import { matchesEntityTag } from '../src/orders/decide/entity-tag.js';
import { parseWaitSeconds } from '../src/orders/decide/prefer.js';
import { progressOf } from '../src/orders/decide/progress.js';
import { faultsOfEvents } from './event-stream.js';
import { call, placeOrder, putRecord, startApi, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

test('an order shows what its payment lacks and what was refunded', () => {
  const problem = { payment_problem: 'CAPTURE_FAILED', refunded_amount: 500 } as const;
  const record = toRecord('o1', 'u1', { status: 'COMPLETED', ...problem });
  expect(toOrder(record.order_id, record)).toMatchObject({
    status: 'COMPLETED',
    payment_problem: 'CAPTURE_FAILED',
    refunded_amount: 500,
  });
});

describe('preferences', () => {
  test.each([
    [undefined, 0],
    ['', 0],
    ['wait=10', 10],
    ['Wait = "7"', 7],
    ['respond-async, wait=5', 5],
    ['wait=5; foo=bar', 5],
    ['wait=3, wait=9', 3],
    ['wait=100', 20],
    ['wait=0', 0],
    ['wait=-1', 0],
    ['wait=soon', 0],
    ['wait', 0],
    ['waiting=10', 0],
    ['wait=1e3', 0],
  ])('%p waits %d s', (prefer, seconds) => {
    expect(parseWaitSeconds(prefer)).toBe(seconds);
  });
});

describe('If-None-Match', () => {
  test.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    [' * ', true],
    ['"b"', false],
    ['"a" "b"', false],
    ['a', false],
    ['', false],
    [undefined, false],
  ])('%p', (field, matches) => {
    expect(matchesEntityTag(field, '"a"')).toBe(matches);
  });
});

test('an order goes forward only', () => {
  expect(
    (['PENDING', 'PROCESSING', 'COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'] as const).map(progressOf),
  ).toEqual([0, 1, 2, 2, 2, 2]);
});

let redis: Redis;
beforeAll(() => {
  redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
});
afterAll(() => redis.disconnect());

/** Writes and publishes a status as the processor does. */
async function advance(orderId: string, userId: string, status: Exclude<OrderStatus, 'PENDING'>) {
  await putRecord(stack, toRecord(orderId, userId, { status }));
  return redis.publish(statusChannel(orderId), JSON.stringify({ order_id: orderId, status }));
}

/** Resolves when no request listens for the order. */
async function untilUnheard(orderId: string) {
  let count = 1;
  while (count > 0) [, count] = (await redis.pubsub('NUMSUB', statusChannel(orderId))) as [string, number];
  expect(count).toBe(0);
}

/** Resolves when a request listens for the order. */
async function untilHeard(orderId: string) {
  for (;;) {
    const [, count] = (await redis.pubsub('NUMSUB', statusChannel(orderId))) as [string, number];
    if (count > 0) return;
  }
}

describe('entity tags', () => {
  test('304 while nothing has changed', async () => {
    const { body } = await placeOrder(api, 'etag');
    const first = await call(body.poll_url);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const unchanged = await call(body.poll_url, { headers: { 'If-None-Match': `"other", ${etag}` } });
    expect([unchanged.status, unchanged.body, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    expect(unchanged.headers.get('retry-after')).toBe('1');
    await advance(body.order_id, 'etag', 'PROCESSING');
    const changed = await call(body.poll_url, { headers: { 'If-None-Match': etag } });
    expect([changed.status, changed.body.status]).toEqual([200, 'PROCESSING']);
  });
});

describe('Prefer: wait', () => {
  test('answers as soon as the order is final', async () => {
    const { body } = await placeOrder(api, 'waiter');
    const waiting = call(body.poll_url, { headers: { Prefer: 'wait=20' } });
    await untilHeard(body.order_id);
    await advance(body.order_id, 'waiter', 'PROCESSING');
    await advance(body.order_id, 'waiter', 'COMPLETED');
    const { status, body: order, headers } = await waiting;
    expect(status).toBe(200);
    expect(order).toMatchObject({ status: 'COMPLETED', user_id: 'waiter', amount: 999 });
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(headers.get('retry-after')).toBeNull();
  });

  test('answers at once when the order is final already', async () => {
    const { body } = await placeOrder(api, 'waiter');
    await advance(body.order_id, 'waiter', 'REJECTED');
    expect((await call(body.poll_url, { headers: { Prefer: 'wait=20' } })).body.status).toBe('REJECTED');
  });

  test('returns the current status when the time expires', async () => {
    const { body } = await placeOrder(api, 'waiter');
    const { headers, ...answer } = await call(body.poll_url, { headers: { Prefer: 'wait=1' } });
    expect(answer).toMatchObject({ status: 200, body: { order_id: body.order_id, status: 'PENDING' } });
    expect([headers.get('preference-applied'), headers.get('retry-after')]).toEqual(['wait=1', '1']);
  });

  test('is not confused by what is no status change', async () => {
    const { body } = await placeOrder(api, 'waiter');
    const waiting = call(body.poll_url, { headers: { Prefer: 'wait=20' } });
    await untilHeard(body.order_id);
    for (const junk of ['', 'x', '{}', '{"status":"DONE"}'])
      await redis.publish(statusChannel(body.order_id), junk);
    await advance(body.order_id, 'waiter', 'COMPLETED');
    expect((await waiting).body.status).toBe('COMPLETED');
  });

  test('stops listening afterwards', async () => {
    const { body } = await placeOrder(api, 'waiter');
    await call(body.poll_url, { headers: { Prefer: 'wait=1' } });
    await untilUnheard(body.order_id);
  });
});

/** Reads an event stream to its end. */
function readEvents(pollUrl: string, headers: Record<string, string> = {}) {
  const url = new URL(pollUrl);
  url.pathname += '/events';
  return call(url.href, { headers });
}

const statusesIn = (text: string) => [...text.matchAll(/^id: (\w+)$/gm)].map(([, status]) => status);

describe('events', () => {
  test('tell each status once and end with the last', async () => {
    const { body } = await placeOrder(api, 'events');
    const reading = readEvents(body.poll_url);
    await untilHeard(body.order_id);
    await advance(body.order_id, 'events', 'PROCESSING');
    await advance(body.order_id, 'events', 'PROCESSING');
    await advance(body.order_id, 'events', 'COMPLETED');
    const { status, headers, body: text } = await reading;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(statusesIn(text)).toEqual(['PENDING', 'PROCESSING', 'COMPLETED']);
    const last = JSON.parse(/data: (.*)\n\n$/.exec(text)?.[1] ?? '{}');
    expect(last).toMatchObject({ order_id: body.order_id, status: 'COMPLETED', amount: 999 });
    expect(faultsOfEvents(text)).toEqual([]);
    expect(faultsOfEvents(text.replaceAll('"COMPLETED"', '"DONE"'))).not.toEqual([]);
    expect(faultsOfEvents(text.replaceAll('event: status', 'event: state'))).not.toEqual([]);
  });

  test('go on after the last one that was seen', async () => {
    const { body } = await placeOrder(api, 'events');
    await advance(body.order_id, 'events', 'COMPLETED');
    const { body: text } = await readEvents(body.poll_url, { 'Last-Event-ID': 'PROCESSING' });
    expect(statusesIn(text)).toEqual(['COMPLETED']);
    expect((await readEvents(body.poll_url, { 'Last-Event-ID': 'COMPLETED' })).status).toBe(204);
  });

  test('need the signature', async () => {
    const { body } = await placeOrder(api, 'events');
    expect((await readEvents(body.poll_url.replace('signature=', 'signature=x'))).status).toBe(403);
  });

  test('a client that goes away is forgotten', async () => {
    const { body } = await placeOrder(api, 'events');
    const url = new URL(body.poll_url);
    const request = httpRequest({ port: url.port, path: `${url.pathname}/events${url.search}` }).end();
    request.on('error', () => undefined);
    await untilHeard(body.order_id);
    request.destroy();
    await untilUnheard(body.order_id);
  });
});

describe('held back answers', () => {
  test('are given at once when the process stops', async () => {
    const other = await startApi(stack);
    const placed = [await placeOrder(other, 'stopper'), await placeOrder(other, 'stopper')];
    const [polled, followed] = placed.map(({ body }) => body);
    const waiting = call(polled.poll_url, { headers: { Prefer: 'wait=20' } });
    const following = readEvents(followed.poll_url);
    await untilHeard(polled.order_id);
    await untilHeard(followed.order_id);
    await other.stop();
    expect((await waiting).body.status).toBe('PENDING');
    expect(statusesIn((await following).body)).toEqual(['PENDING']);
  });

  test('are given without Redis too', async () => {
    const lonely = await startApi(stack, { REDIS_URL: 'redis://127.0.0.1:1' });
    const { body } = await placeOrder(lonely, 'lonely');
    const waiting = call(body.poll_url, { headers: { Prefer: 'wait=20' } });
    await putRecord(stack, toRecord(body.order_id, 'lonely', { status: 'COMPLETED' }));
    expect((await waiting).body.status).toBe('COMPLETED');
    await lonely.stop();
  });
});
