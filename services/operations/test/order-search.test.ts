/** The search for orders: in the window on recent ones, and in the orders table. */
import { describe, expect, test } from '@jest/globals';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import type { PageToken, Table } from '@order-pipeline/platform/dynamo/table';
import { OrderIndex } from '../src/feed/order-index.js';
import { fromRecord } from '../src/orders/listed-order.js';
import { type OrderQuery, OrderSearch } from '../src/orders/search.js';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(T0 + ms).toISOString();

function record(order_id: string, after: number, more: Partial<OrderRecord> = {}): OrderRecord {
  return {
    order_id,
    user_id: 'ann',
    status: 'COMPLETED',
    attempt: 1,
    lease_until: 0,
    created_at: at(after),
    updated_at: at(after + 100),
    ...more,
  };
}

interface World {
  /** Orders that the feed announced: all PENDING, of ann. */
  readonly placed?: readonly (readonly [id: string, after: number])[];
  /** Ids of which only a status came. */
  readonly decided?: readonly string[];
  readonly records?: readonly OrderRecord[];
  /** Ids of ann's orders, page by page. */
  readonly pages?: readonly (readonly string[])[];
  readonly live?: boolean;
  readonly storeFails?: boolean;
}

function createSearch({ placed = [], decided = [], records = [], pages = [], ...world }: World) {
  const index = new OrderIndex();
  const calls: string[] = [];
  for (const [order_id, after] of placed) {
    const facts = { user_id: 'ann', amount: 100, currency: 'EUR', items: [] };
    index.apply({ order_id, ...facts, created_at: at(after), request_id: `req-${order_id}` });
  }
  for (const order_id of decided) index.apply({ order_id, status: 'COMPLETED', at: T0 });
  const table: Pick<Table<OrderRecord>, 'get'> & Record<'getAll' | 'query', unknown> = {
    get: async (key) => {
      calls.push(`get ${key}`);
      return records.find(({ order_id }) => order_id === key);
    },
    getAll: async (ids: readonly string[]) => {
      calls.push(`getAll ${ids.length}`);
      if (world.storeFails) throw new Error('the table does not answer');
      return records.filter(({ order_id }) => ids.includes(order_id));
    },
    query: async ({ hashKey, pageToken }: { hashKey: { value: string }; pageToken?: PageToken }) => {
      const page = Number(pageToken?.page ?? 0);
      calls.push(`query ${hashKey.value} ${page}`);
      const ids = hashKey.value === 'ann' ? (pages[page] ?? []) : [];
      const items = ids.map((order_id) => ({ order_id }));
      return page + 1 < pages.length ? { items, nextPageToken: { page: page + 1 } } : { items };
    },
  };
  const search = new OrderSearch({
    table: table as unknown as Table<OrderRecord>,
    index,
    live: () => world.live ?? true,
  });
  const find = async (query: Partial<OrderQuery>) => {
    const page = await search.find({ limit: 10, ...query });
    return { ...page, ids: page.orders.map(({ order_id, status }) => `${order_id} ${status}`) };
  };
  return { find, index, calls };
}

const STALE = expect.stringContaining('orders and changes since then are missing');
const BLIND = expect.stringContaining('recent orders are not known');

describe('recent orders', () => {
  test('pages, the newest first', async () => {
    const { find } = createSearch({
      placed: [
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ],
    });
    const first = await find({ limit: 2 });
    expect(first).toMatchObject({ ids: ['c PENDING', 'b PENDING'], since: T0 + 1, limitations: [] });
    const last = await find({ limit: 2, after: first.next });
    expect(last).toMatchObject({ ids: ['a PENDING'], next: undefined });
  });

  test('what is not final is read again, in batches, and the window learns it', async () => {
    const placed = Array.from({ length: 101 }, (_, n) => [`o-${n}`, n] as const);
    const { find, index, calls } = createSearch({ placed, records: [record('o-7', 7)], decided: ['x'] });
    const { ids } = await find({ limit: 200, statuses: ['PENDING'] });
    expect(ids).toHaveLength(100);
    expect(ids).not.toContain('o-7 COMPLETED');
    expect(index.get('o-7')?.status).toBe('COMPLETED');
    expect(calls).toEqual(['getAll 100', 'getAll 1']);
  });

  test('an order of which only the end is known gets its facts', async () => {
    const { find } = createSearch({ decided: ['x'], records: [record('x', 5)] });
    expect((await find({})).orders).toMatchObject([{ order_id: 'x', user_id: 'ann' }]);
  });

  test('the window answers while the table does not', async () => {
    const { find } = createSearch({ placed: [['a', 1]], storeFails: true });
    expect((await find({})).ids).toEqual(['a PENDING']);
  });

  test.each<[World, unknown]>([
    [{ live: false }, BLIND],
    [{ live: false, placed: [['a', 1]] }, STALE],
  ])('without Redis: %j', async (world, limitation) => {
    expect((await createSearch(world).find({})).limitations).toEqual([limitation]);
  });
});

describe('a text', () => {
  test.each<[string, World, string, Partial<OrderQuery>, string[], string[]]>([
    ['a request', { placed: [['a', 1]] }, 'req-a', {}, ['a PENDING'], ['getAll 1']],
    ['an order in the table', { records: [record('a', 1)] }, 'a', {}, ['a COMPLETED'], ['get a']],
    ['an order in the window', { placed: [['a', 1]] }, 'a', {}, ['a PENDING'], ['get a', 'getAll 1']],
    ['an order that does not match', { records: [record('a', 1)] }, 'a', { reason: 'X' }, [], ['get a']],
    [
      'a user',
      { records: [record('a', 1)], pages: [['a']] },
      'ann',
      {},
      ['a COMPLETED'],
      ['get ann', 'query ann 0', 'getAll 1'],
    ],
    ['nothing', {}, 'none', {}, [], ['get none', 'query none 0']],
    ['the lease of the reconciler', {}, '#reconciler', {}, [], ['query #reconciler 0']],
  ])('%s', async (_name, world, text, query, ids, calls) => {
    const search = createSearch(world);
    expect((await search.find({ text, ...query })).ids).toEqual(ids);
    expect(search.calls).toEqual(calls);
  });

  test.each<[string, World, unknown[]]>([
    ['nothing was found', { live: false }, [BLIND]],
    ['the order was found', { live: false, records: [record('ann', 1)] }, [BLIND]],
    [
      'the user was found',
      { live: false, records: [record('a', 1)], pages: [['a']] },
      [expect.stringContaining('that no worker has claimed are missing')],
    ],
  ])('limitations when %s', async (_name, world, limitations) => {
    expect((await createSearch(world).find({ text: 'ann' })).limitations).toEqual(limitations);
  });
});

describe("a user's orders", () => {
  const records = [record('a', 1), record('b', 2, { status: 'CANCELLED' }), record('c', 3)];

  test('the unclaimed ones too, each once', async () => {
    const { find } = createSearch({
      placed: [
        ['c', 3],
        ['d', 4],
      ],
      records,
      pages: [['c', 'b', 'a']],
    });
    const { ids, next, limitations } = await find({ userId: 'ann' });
    expect(ids).toEqual(['d PENDING', 'c COMPLETED', 'b CANCELLED', 'a COMPLETED']);
    expect([next, limitations]).toEqual([undefined, []]);
  });

  test('pages are read until there are enough, and the next search continues', async () => {
    const { find, calls } = createSearch({ placed: [['d', 4]], records, pages: [['c'], ['b'], ['a']] });
    const first = await find({ userId: 'ann', limit: 1, statuses: ['COMPLETED', 'CANCELLED'] });
    expect(first).toMatchObject({
      ids: ['c COMPLETED'],
      next: { kind: 'user', userId: 'ann', token: { page: 1 } },
    });
    const second = await find({ limit: 1, statuses: ['COMPLETED'], after: first.next });
    expect([second.ids, second.next]).toEqual([['a COMPLETED'], undefined]);
    expect(calls.filter((call) => call.startsWith('query'))).toEqual([
      'query ann 0',
      'query ann 1',
      'query ann 2',
    ]);
  });

  test('one search reads ten pages at most', async () => {
    const { find, calls } = createSearch({ pages: Array.from({ length: 12 }, () => []) });
    const { ids, next } = await find({ userId: 'ann' });
    expect([ids, next]).toEqual([[], { kind: 'user', userId: 'ann', token: { page: 10 } }]);
    expect(calls).toHaveLength(10);
  });
});

test('an order that was cancelled before it was claimed has no facts', () => {
  const cancelled = {
    order_id: 'a',
    status: 'CANCELLED',
    attempt: 0,
    lease_until: 0,
    updated_at: at(9),
  } as const;
  expect(fromRecord(cancelled)).toEqual({
    order_id: 'a',
    user_id: '',
    status: 'CANCELLED',
    reason: '',
    amount: 0,
    currency: '',
    items: [],
    createdAt: T0 + 9,
    updatedAt: T0 + 9,
    requestId: '',
    traceId: '',
    attempt: 0,
  });
});
