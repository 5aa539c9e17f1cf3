import { beforeAll, describe, expect, test } from '@jest/globals';
import { statusChannel } from '@order-pipeline/contracts/status-feed';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis } from '@order-pipeline/platform/redis';
import { v7 as uuidv7 } from 'uuid';
import { toOwnersOrder } from '../src/orders/owner.js';
import { call, logIn, placeOrder, putRecord, startApi, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

type Headers = Record<string, string>;

let owner: Headers;
let stranger: Headers;

beforeAll(async () => {
  owner = await logIn(api, 'owner');
  stranger = await logIn(api, 'stranger');
});

/** Each call to one order, by id and token. */
const CALLS = [
  ['read', (id: string, headers: Headers) => call(`${api.url}/orders/${id}`, { headers })],
  [
    'wait for',
    (id: string, headers: Headers) =>
      call(`${api.url}/orders/${id}`, { headers: { ...headers, Prefer: 'wait=20' } }),
  ],
  ['follow', (id: string, headers: Headers) => call(`${api.url}/orders/${id}/events`, { headers })],
  [
    'cancel',
    (id: string, headers: Headers) => call(`${api.url}/orders/${id}/cancel`, { method: 'POST', headers }),
  ],
] as const;

async function claimed(fields: Parameters<typeof toRecord>[2] = {}): Promise<string> {
  const id = uuidv7();
  await putRecord(stack, toRecord(id, 'owner', fields));
  return id;
}

describe.each(CALLS)('to %s an order by id and token', (_, send) => {
  test('is not for others, who cannot tell it from an unknown one', async () => {
    const others = await send(await claimed(), stranger);
    const unknown = await send(uuidv7(), stranger);
    expect(others).toMatchObject({ status: 404, body: { title: 'Not Found', type: 'about:blank' } });
    expect([others.status, others.body.detail]).toEqual([unknown.status, unknown.body.detail]);
  });

  test('needs its claim', async () => {
    const { body: placed } = await placeOrder(api, 'owner');
    const answer = await send(placed.order_id, owner);
    expect(answer.status).toBe(404);
    expect(answer.body.detail).toContain('poll_url');
    expect((await call(placed.poll_url)).body).toEqual({ order_id: placed.order_id, status: 'PENDING' });
  });

  test('needs a token', async () => {
    const answer = await send(await claimed(), {});
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="orders"');
    expect((await send(await claimed(), { Authorization: 'Bearer x.y.z' })).status).toBe(401);
  });

  test.each(['x', 'x'.repeat(3_000), '%00', 'A'.repeat(36)])('finds nothing under %p', async (id) => {
    expect((await send(id, owner)).status).toBe(404);
  });
});

test('the owner reads the order as its URL shows it', async () => {
  const { body: placed } = await placeOrder(api, 'owner');
  await putRecord(stack, toRecord(placed.order_id, 'owner', { status: 'COMPLETED' }));
  const byUrl = await call(placed.poll_url);
  const byId = await call(`${api.url}/orders/${placed.order_id}`, { headers: owner });
  expect(byId).toMatchObject({ status: 200, body: byUrl.body });
  expect(byId.headers.get('etag')).toBe(byUrl.headers.get('etag'));
});

test('the owner follows the order to its end', async () => {
  const id = await claimed();
  const redis = createRedis(stack.redis.url, createLogger('test', 'silent'));
  const following = call(`${api.url}/orders/${id}/events`, { headers: owner });
  for (let heard = 0; heard === 0; )
    [, heard] = (await redis.pubsub('NUMSUB', statusChannel(id)).catch(() => ['', 0])) as [string, number];
  await putRecord(stack, toRecord(id, 'owner', { status: 'COMPLETED' }));
  await redis.publish(statusChannel(id), JSON.stringify({ order_id: id, status: 'COMPLETED' }));
  const { body } = await following;
  expect([...body.matchAll(/^id: (\w+)$/gm)].map(([, status]) => status)).toEqual([
    'PROCESSING',
    'COMPLETED',
  ]);
  redis.disconnect();
});

test('the owner cancels the order, and cannot once it is decided', async () => {
  const undecided = `${api.url}/orders/${await claimed()}/cancel`;
  const cancelled = await call(undecided, { method: 'POST', headers: owner });
  expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED', user_id: 'owner' } });
  expect(await call(undecided, { method: 'POST', headers: owner })).toMatchObject({ status: 200 });
  const decided = `${api.url}/orders/${await claimed({ status: 'COMPLETED' })}/cancel`;
  expect((await call(decided, { method: 'POST', headers: owner })).status).toBe(409);
});

test('a stranger does not cancel the order', async () => {
  const id = await claimed();
  await call(`${api.url}/orders/${id}/cancel`, { method: 'POST', headers: stranger });
  expect((await call(`${api.url}/orders/${id}`, { headers: owner })).body.status).toBe('PROCESSING');
});

test('a URL is judged as one, also with the token of the owner', async () => {
  const { body: placed } = await placeOrder(api, 'owner');
  await putRecord(stack, toRecord(placed.order_id, 'owner'));
  const forged = placed.poll_url.replace('signature=', 'signature=x');
  expect((await call(forged, { headers: owner })).status).toBe(403);
  expect((await call(placed.poll_url, { headers: stranger })).status).toBe(200);
  expect((await call(`${api.url}/orders?signature=x`, { headers: owner })).status).toBe(200);
});

test('calls with a token count for their caller', async () => {
  const narrow = await startApi(stack, { RATE_LIMIT: '2/minute', POLL_RATE_LIMIT: '100/minute' });
  try {
    const [one, two] = [await claimed({ user_id: 'unhindered' }), await claimed()];
    const headers = await logIn(narrow, 'counted');
    const statuses: number[] = [];
    for (const id of [one, two, one])
      statuses.push((await call(`${narrow.url}/orders/${id}`, { headers })).status);
    expect(statuses).toEqual([404, 404, 429]);
    const unhindered = await call(`${narrow.url}/orders/${one}`, {
      headers: await logIn(narrow, 'unhindered'),
    });
    expect([unhindered.status, unhindered.headers.get('ratelimit')]).toEqual([
      200,
      expect.stringMatching(/;r=1;/),
    ]);
  } finally {
    await narrow.stop();
  }
});

test('an id that is none is not looked up', async () => {
  const store = { find: () => Promise.reject(new Error('looked up')) };
  const own = toOwnersOrder(store, 'x', 'owner');
  await expect(own.find('x')).rejects.toMatchObject({ name: 'ProblemError' });
});
