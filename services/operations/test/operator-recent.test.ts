/** `list`, `watch` and `cancel`: recent orders, with Redis and without. */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeFeedEntry, type FeedEntry, ORDER_FEED_KEY } from '@order-pipeline/contracts/order-feed';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { freePort, type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import type { DynamoClient, Item } from '@order-pipeline/platform/dynamo/client';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import { EXIT } from '../src/operator/exit.js';
import { cancelRecent, listOrders, watchOrders } from '../src/operator/recent.js';
import type { Tools } from '../src/operator/tools.js';

const NOW = Date.parse('2026-01-01T01:00:00.000Z');

const SOLD: OrderRecord = {
  order_id: 'o-1',
  user_id: 'ann',
  status: 'REJECTED',
  reason: 'OUT_OF_STOCK',
  amount: 1999,
  currency: 'EUR',
  items: [{ sku: 'A', quantity: 1 }],
  attempt: 1,
  lease_until: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:01.000Z',
  request_id: 'r-1',
};
const BARE: OrderRecord = {
  order_id: 'o-2',
  status: 'CANCELLED',
  attempt: 0,
  lease_until: 0,
  updated_at: '2026-01-01T00:58:00.000Z',
};
const PLACED: FeedEntry = {
  order_id: 'o-3',
  user_id: 'bob',
  amount: 500,
  currency: 'EUR',
  items: [],
  created_at: '2026-01-01T00:59:00.000Z',
};
const REJECTED: FeedEntry = { order_id: 'o-3', status: 'REJECTED', reason: 'UNKNOWN_SKU', at: NOW };

const toItem = (record: OrderRecord): Item => ({ ...record });

function createTools(redisUrl?: string) {
  const stop = new AbortController();
  const printed = { out: '', err: '' };
  const dynamo: Pick<DynamoClient, 'get' | 'batchGet' | 'query'> = {
    get: async ({ Key }) => ({
      Item: [SOLD, BARE].map(toItem).find(({ order_id }) => order_id === Key.order_id),
    }),
    batchGet: async () => ({ Items: [], UnprocessedKeys: [] }),
    query: async () => ({ Items: [] }),
  };
  const tools = {
    shell: {
      env: { REDIS_URL: redisUrl },
      out: (text: string) => {
        printed.out += text;
      },
      err: (text: string) => {
        printed.err += text;
      },
      clock: () => NOW,
      signal: stop.signal,
    },
    dynamo,
    config: { ordersTable: 'orders', stage: 'local' },
    store: { read: async () => undefined },
    audit: () => undefined,
    dryRun: true,
  } as unknown as Tools;
  return { tools, printed, stop };
}

describe('without Redis', () => {
  const BLIND = 'Redis cannot be reached: recent orders are not known. Search by order id or user.\n';

  test.each([
    ['o-1', 'o-1  ann   REJECTED  OUT_OF_STOCK  19.99 EUR  1 h'],
    ['o-2', 'o-2  -     CANCELLED  -       -       2 min'],
  ])('an order is found by its id: %s', async (text, row) => {
    const { tools, printed } = createTools('');
    expect(await listOrders(tools, { text, limit: 10, json: false })).toBe(EXIT.done);
    expect(printed.err).toBe(BLIND);
    expect(printed.out).toContain(row);
    expect(printed.out).toMatch(/\n1 order\.\n$/);
  });

  test.each([
    ['o-1', { reason: 'OUT_OF_STOCK', request_id: 'r-1', created_at: SOLD.created_at }],
    ['o-2', { reason: null, request_id: null, trace_id: null, updated_at: BARE.updated_at }],
  ])('as JSON: %s', async (text, expected) => {
    const { tools, printed } = createTools();
    await listOrders(tools, { text, limit: 10, json: true });
    expect(JSON.parse(printed.out)).toEqual([expect.objectContaining({ order_id: text, ...expected })]);
  });

  const commands = (tools: Tools) => ({
    list: () => listOrders(tools, { limit: 10, json: false }),
    'list as JSON': () => listOrders(tools, { limit: 10, json: true }),
    'list of an unknown text': () => listOrders(tools, { text: 'o-9', limit: 10, json: false }),
    watch: () => watchOrders(tools, { json: false }),
    'cancel of an order that only the feed can know': () => cancelRecent(tools, 'o-3', 'typed'),
  });
  const names = Object.keys(commands({} as Tools)) as (keyof ReturnType<typeof commands>)[];

  test.each(names)(
    '%s: Redis that is stopped is named, and nothing is claimed about orders',
    async (name) => {
      const { tools, printed } = createTools(`redis://user:secret@127.0.0.1:${await freePort()}`);
      await expect(commands(tools)[name]()).rejects.toMatchObject({
        exitCode: EXIT.unavailable,
        message: expect.stringMatching(/^cannot reach Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\): start /),
      });
      expect(printed).toEqual({ out: '', err: '' });
    },
  );

  test.each(names)('%s: a REDIS_URL that is not set is named', async (name) => {
    const { tools, printed } = createTools();
    await expect(commands(tools)[name]()).rejects.toMatchObject({
      exitCode: EXIT.config,
      message: expect.stringContaining('REDIS_URL is not set'),
    });
    expect(printed.out).toBe('');
  });
});

describe('with Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  const tell = (entry: FeedEntry) => redis.xadd(ORDER_FEED_KEY, '*', 'e', encodeFeedEntry(entry));

  beforeAll(async () => {
    server = await startRedisServer();
    redis = createRedis(server.url, createLogger('test', 'silent'));
    await once(redis, 'ready');
  });

  beforeEach(async () => {
    await untilReaders(redis, 0);
    await redis.del(ORDER_FEED_KEY);
    await tell(PLACED);
  });

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  test('recent orders are listed', async () => {
    const { tools, printed } = createTools(server.url);
    await listOrders(tools, { limit: 10, json: false });
    expect(printed).toEqual({ err: '', out: expect.stringContaining('o-3  bob   PENDING') });
  });

  test('nothing matches', async () => {
    const { tools, printed } = createTools(server.url);
    expect(await listOrders(tools, { limit: 10, userId: 'nobody', json: false })).toBe(EXIT.done);
    expect(printed).toEqual({ err: '', out: 'No order matches.\n' });
  });

  test('a watch that has ended before it began ends', async () => {
    const { tools, printed, stop } = createTools(server.url);
    stop.abort();
    expect(await watchOrders(tools, { json: false })).toBe(EXIT.done);
    expect(printed.out).toBe('');
  });

  test('an order that nothing knows is not cancelled', async () => {
    await expect(cancelRecent(createTools(server.url).tools, 'o-9', 'typed')).rejects.toMatchObject({
      exitCode: EXIT.notFound,
    });
  });

  test('an order that only the feed knows can be cancelled', async () => {
    const { tools, printed } = createTools(server.url);
    expect(await cancelRecent(tools, 'o-3', 'asked')).toBe(EXIT.done);
    expect(printed.out).toBe('Would cancel order o-3.\n');
  });

  test.each([
    [false, '2026-01-01T01:00:00.000Z  o-3  REJECTED    UNKNOWN_SKU  bob\n'],
    [true, expect.stringContaining('"order_id":"o-3"')],
  ])('changes are printed as they come, json %s', async (json, expected) => {
    const { tools, printed, stop } = createTools(server.url);
    const { shell } = tools;
    const lines: string[] = [];
    const out = (text: string) => {
      lines.push(text);
      stop.abort();
    };
    const watching = watchOrders({ ...tools, shell: { ...shell, out } }, { json, reason: 'UNKNOWN_SKU' });
    await untilReaders(redis, 1);
    await tell({ order_id: 'o-4', status: 'COMPLETED', at: NOW });
    await tell(REJECTED);
    expect(await watching).toBe(EXIT.done);
    expect([lines, printed.err]).toEqual([[expected], '']);
  });
});

/** Resolves once so many readers wait for new entries; those of earlier tests leave a moment later. */
async function untilReaders(redis: Redis, count: number): Promise<void> {
  const readers = async () => String(await redis.client('LIST')).match(/cmd=xread /g)?.length ?? 0;
  while ((await readers()) !== count) await new Promise(setImmediate);
}
