/** The index of recent orders, and the search that reads it. */
import { describe, expect, test } from '@jest/globals';
import type { PlacedEntry, StatusEntry } from '@order-pipeline/contracts/order-feed';
import { OrderIndex } from '../src/feed/order-index.js';
import type { ListedOrder } from '../src/orders/listed-order.js';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');

function placed(order_id: string, after = 0, more: Partial<PlacedEntry> = {}): PlacedEntry {
  return {
    order_id,
    user_id: 'ann',
    amount: 100,
    currency: 'EUR',
    items: [],
    created_at: new Date(T0 + after).toISOString(),
    request_id: `req-${order_id}`,
    trace_id: `trace-${order_id}`,
    ...more,
  };
}

function became(
  order_id: string,
  status: StatusEntry['status'],
  more: Partial<StatusEntry> = {},
): StatusEntry {
  return { order_id, status, at: T0 + 500, ...more };
}

const idsOf = (orders: readonly ListedOrder[]) => orders.map(({ order_id }) => order_id);

describe('entries in any order', () => {
  test.each<[string, (PlacedEntry | StatusEntry)[], Partial<ListedOrder>]>([
    ['placed', [placed('o')], { status: 'PENDING', user_id: 'ann', createdAt: T0, attempt: 0 }],
    [
      'placed twice',
      [placed('o'), placed('o', 900, { user_id: 'bob' })],
      { status: 'PENDING', user_id: 'ann', createdAt: T0 },
    ],
    [
      'claimed',
      [placed('o'), became('o', 'PROCESSING', { attempt: 2 })],
      { status: 'PROCESSING', user_id: 'ann', createdAt: T0, updatedAt: T0 + 500, attempt: 2 },
    ],
    [
      'a claim that is older than the known one',
      [
        became('o', 'PROCESSING', { attempt: 2, at: T0 + 700 }),
        became('o', 'PROCESSING', { attempt: 1 }),
        became('o', 'PROCESSING'),
      ],
      { status: 'PROCESSING', updatedAt: T0 + 700, attempt: 2 },
    ],
    [
      'a later claim',
      [became('o', 'PROCESSING', { attempt: 1 }), became('o', 'PROCESSING', { attempt: 2, at: T0 + 700 })],
      { status: 'PROCESSING', updatedAt: T0 + 700, attempt: 2 },
    ],
    [
      'rejected, after which a claim comes late',
      [
        became('o', 'PROCESSING', { attempt: 1 }),
        became('o', 'REJECTED', { reason: 'OUT_OF_STOCK' }),
        became('o', 'PROCESSING', { attempt: 3 }),
      ],
      { status: 'REJECTED', reason: 'OUT_OF_STOCK', attempt: 1 },
    ],
    [
      'decided before it was placed',
      [became('o', 'COMPLETED', { attempt: 1 }), placed('o')],
      { status: 'COMPLETED', user_id: 'ann', amount: 100, createdAt: T0, updatedAt: T0 + 500, attempt: 1 },
    ],
    [
      'only a status, with the time of acceptance',
      [became('o', 'CANCELLED', { created_at: new Date(T0 + 3).toISOString() })],
      { status: 'CANCELLED', user_id: '', currency: '', createdAt: T0 + 3, attempt: 0 },
    ],
    [
      'only a status',
      [became('o', 'CANCELLED')],
      { status: 'CANCELLED', createdAt: T0 + 500, updatedAt: T0 + 500 },
    ],
  ])('%s', (_name, entries, expected) => {
    const index = new OrderIndex();
    for (const entry of entries) index.apply(entry);
    expect(index.get('o')).toMatchObject(expected);
    expect(index.size).toBe(1);
  });
});

describe('the window', () => {
  test('the orders that came first are forgotten first', () => {
    const index = new OrderIndex(2);
    expect([index.since, index.oldestOpen()]).toEqual([undefined, undefined]);
    for (const [n, id] of ['a', 'b', 'c'].entries()) index.apply(placed(id, n));
    expect([index.size, index.get('a'), index.since]).toEqual([2, undefined, T0 + 1]);
  });

  test('listeners hear changes, and nothing of entries that change nothing', () => {
    const index = new OrderIndex();
    const heard: string[] = [];
    const unsubscribe = index.subscribe(({ order_id, status }) => heard.push(`${order_id} ${status}`));
    index.apply(placed('a'));
    index.apply(became('a', 'COMPLETED'));
    index.apply(became('a', 'PROCESSING'));
    unsubscribe();
    index.apply(placed('b'));
    expect(heard).toEqual(['a PENDING', 'a COMPLETED']);
  });

  test('the oldest open order is neither final nor the one that came first', () => {
    const index = new OrderIndex();
    index.apply(placed('late', 30));
    index.apply(placed('early', 10));
    index.apply(placed('middle', 20));
    index.apply(placed('done', 0));
    index.apply(became('done', 'COMPLETED'));
    expect(index.oldestOpen()).toBe(T0 + 10);
  });

  test('pages go on after a position', () => {
    const index = new OrderIndex();
    for (const [n, id] of ['a', 'b', 'c', 'd'].entries()) index.apply(placed(id, n));
    index.apply(placed('x', 9, { user_id: 'bob' }));
    const first = index.search({ userId: 'ann' }, 2);
    expect([idsOf(first.orders), first.more]).toEqual([['d', 'c'], true]);
    const last = index.search({ userId: 'ann' }, 2, first.orders.at(-1));
    expect([idsOf(last.orders), last.more]).toEqual([['b', 'a'], false]);
  });

  test.each([
    ['req-a', ['a']],
    ['trace-b', ['b']],
    ['a', []],
  ])('orders of request or trace %s: %j', (id, expected) => {
    const index = new OrderIndex();
    index.apply(placed('a'));
    index.apply(placed('b'));
    expect(idsOf(index.ofRequest(id))).toEqual(expected);
  });
});

describe('corrections by the orders table', () => {
  const stored: ListedOrder = {
    order_id: 'o',
    user_id: 'ann',
    status: 'COMPLETED',
    reason: '',
    amount: 100,
    currency: 'EUR',
    items: [],
    createdAt: T0,
    updatedAt: T0 + 900,
    requestId: '',
    traceId: '',
    attempt: 1,
  };

  test('an order that the window does not have stays away', () => {
    const index = new OrderIndex();
    index.correct(stored);
    expect(index.size).toBe(0);
  });

  test('a lost end is made up for, and the ids of the request stay', () => {
    const index = new OrderIndex();
    index.apply(placed('o'));
    index.correct(stored);
    expect(index.get('o')).toEqual({ ...stored, requestId: 'req-o', traceId: 'trace-o' });
  });

  test('the ids of the table come first', () => {
    const index = new OrderIndex();
    index.apply(became('o', 'COMPLETED'));
    index.correct({ ...stored, requestId: 'r', traceId: 't' });
    expect(index.get('o')).toMatchObject({ user_id: 'ann', requestId: 'r', traceId: 't' });
  });

  test('a known state is left alone', () => {
    const index = new OrderIndex();
    index.apply(placed('o'));
    index.apply(became('o', 'COMPLETED'));
    const known = index.get('o');
    index.correct(stored);
    expect(index.get('o')).toBe(known);
  });
});
