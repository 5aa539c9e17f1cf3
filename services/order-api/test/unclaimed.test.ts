import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { LOCAL_URL_SIGNING_KEYS } from '../src/config.js';
import { parseKeyRing } from '../src/keys.js';
import { readTimeOf } from '../src/orders/expire-unclaimed.js';
import { signOrder, toSignedPath } from '../src/orders/poll-url.js';
import { call, putRecord, startApi, type TestApi, toRecord } from './harness.js';

const DAY_MS = 86_400_000;
/** Thirty days, so that a URL outlives the queue's two weeks. */
const TTL_SECONDS = 2_592_000;

let stack: TestStack;
let api: TestApi;

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack, { POLL_URL_TTL_SECONDS: String(TTL_SECONDS) });
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

function toUrl(orderId: string, placedMs: number, action = ''): string {
  const [key] = parseKeyRing(LOCAL_URL_SIGNING_KEYS) ?? [];
  if (!key) throw new Error('no key');
  const expires = Math.floor(placedMs / 1_000) + TTL_SECONDS;
  return api.url + toSignedPath(orderId, signOrder([key], orderId, expires)).replace('?', `${action}?`);
}

test('the time in an id', () => {
  expect(readTimeOf(uuidv7({ msecs: 1_768_469_430_123 }))).toBe(1_768_469_430_123);
  expect(readTimeOf(uuidv4())).toBeUndefined();
});

test.each([
  ['by its id', (placedMs: number) => uuidv7({ msecs: placedMs })],
  ['by its URL', () => uuidv4()],
])('an unclaimed order older than the retention has FAILED, %s', async (_, toId) => {
  const now = Date.now();
  const young = toId(now - 13.9 * DAY_MS);
  expect((await call(toUrl(young, now - 13.9 * DAY_MS))).body.status).toBe('PENDING');
  const old = toId(now - 14.1 * DAY_MS);
  const url = toUrl(old, now - 14.1 * DAY_MS);
  const failed = await call(url);
  expect(failed).toMatchObject({
    status: 200,
    body: { order_id: old, status: 'FAILED', reason: 'QUEUE_EXPIRED', updated_at: expect.any(String) },
  });
  expect(failed.headers.get('retry-after')).toBeNull();
  expect((await call(url)).body).toEqual(failed.body);
  expect((await call(url, { headers: { Prefer: 'wait=20' } })).body.status).toBe('FAILED');
  expect((await call(toUrl(old, now - 14.1 * DAY_MS, '/events'))).body).toContain('id: FAILED');
  const cancelled = await call(toUrl(old, now - 14.1 * DAY_MS, '/cancel'), { method: 'POST' });
  expect(cancelled.status).toBe(409);
});

test('a claimed order of any age is unchanged', async () => {
  const placedMs = Date.now() - 20 * DAY_MS;
  const id = uuidv7({ msecs: placedMs });
  await putRecord(stack, toRecord(id, 'old'));
  expect((await call(toUrl(id, placedMs))).body.status).toBe('PROCESSING');
});

test.each([
  ['Prefer', 'x'.repeat(257), ''],
  ['If-None-Match', `"${'x'.repeat(1_024)}"`, ''],
  ['Last-Event-ID', 'completed', '/events'],
  ['Last-Event-ID', 'X'.repeat(17), '/events'],
])('a %s that the document forbids is rejected', async (field, value, action) => {
  const id = uuidv7();
  const { status, body } = await call(toUrl(id, Date.now(), action), { headers: { [field]: value } });
  expect({ status, errors: body.errors }).toMatchObject({
    status: 422,
    errors: [{ in: 'header', field }],
  });
});
