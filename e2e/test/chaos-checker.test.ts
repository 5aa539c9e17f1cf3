/** The checker finds what it is there for: each violation is planted in a good history, and it and nothing else is found. */
import { describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import fc from 'fast-check';
import { check, VIOLATIONS, type ViolationKind } from '../src/chaos/checker.js';
import type { History, OrderBody, Post } from '../src/chaos/history.js';

const body = (changes: Partial<OrderBody> = {}): OrderBody => ({
  user_id: 'u1',
  amount: 200,
  items: [{ sku: 'MUG', quantity: 2 }],
  payment_method: 'tok_visa',
  ...changes,
});
const accepted = (order_id: string, changes: Partial<OrderBody> = {}, idempotency_key?: string): Post => ({
  body: body(changes),
  idempotency_key,
  outcome: { kind: 'accepted', order_id },
});

/** Two sold, one declined, one cancelled, one whose POST was never answered, and one that was posted twice. */
const GOOD: History = {
  posts: [
    accepted('sold'),
    accepted('declined', { user_id: 'u2', payment_method: 'tok_chargeDeclined' }),
    accepted('cancelled', { user_id: 'u3', items: [], amount: 999 }),
    { body: body({ user_id: 'u4' }), outcome: { kind: 'unknown', because: 'fetch failed' } },
    { body: body({ user_id: 'u5' }), outcome: { kind: 'unknown', because: '503' } },
    { body: body({ user_id: 'u6' }), outcome: { kind: 'refused', status: 429 } },
    accepted('twice', { user_id: 'u7', items: [], amount: 50 }, 'key-1'),
    accepted('twice', { user_id: 'u7', items: [], amount: 50 }, 'key-1'),
  ],
  sightings: [
    { order_id: 'sold', status: 'PENDING' },
    { order_id: 'cancelled', status: 'PENDING' },
    { order_id: 'sold', status: 'PROCESSING' },
    { order_id: 'sold', status: 'PROCESSING' },
    { order_id: 'sold', status: 'COMPLETED' },
    { order_id: 'cancelled', status: 'CANCELLED' },
  ],
  initialStock: { MUG: 10 },
  lowestStock: { MUG: 4 },
  orders: [
    { order_id: 'sold', status: 'COMPLETED', ...facts() },
    { order_id: 'declined', status: 'REJECTED', ...facts({ user_id: 'u2' }) },
    { order_id: 'cancelled', status: 'CANCELLED', ...facts({ user_id: 'u3', items: [], amount: 999 }) },
    { order_id: 'unanswered', status: 'COMPLETED', ...facts({ user_id: 'u4' }) },
    { order_id: 'twice', status: 'COMPLETED', ...facts({ user_id: 'u7', items: [], amount: 50 }) },
  ],
  payments: [
    { order_id: 'sold', state: 'CAPTURED', amount: 200, capture_count: 1 },
    { order_id: 'declined', state: 'DECLINED', amount: 200, capture_count: 0 },
    { order_id: 'cancelled', state: 'VOIDED', amount: 0, capture_count: 0 },
    { order_id: 'unanswered', state: 'CAPTURED', amount: 200, capture_count: 1 },
    { order_id: 'twice', state: 'CAPTURED', amount: 50, capture_count: 1 },
  ],
  stock: [{ sku: 'MUG', available: 6, holds: {} }],
};

function facts(changes: Partial<OrderBody> = {}) {
  const { user_id, amount, items } = body(changes);
  return { user_id, amount, items };
}

/** The history with some fields of one order's record or payment changed. */
function withOrder(history: History, id: string, changes: object): History {
  return { ...history, orders: history.orders.map((o) => (o.order_id === id ? { ...o, ...changes } : o)) };
}
function withPayment(history: History, id: string, changes: object): History {
  return {
    ...history,
    payments: history.payments.map((p) => (p.order_id === id ? { ...p, ...changes } : p)),
  };
}
const without = <T extends { order_id: string }>(list: readonly T[], id: string) =>
  list.filter(({ order_id }) => order_id !== id);
const seen = (history: History, ...statuses: OrderStatus[]): History => ({
  ...history,
  sightings: [...history.sightings, ...statuses.map((status) => ({ order_id: 'declined', status }))],
});

test('a good history has no violation', () => {
  expect(check(GOOD)).toEqual([]);
});

describe('a planted violation is found, and nothing else', () => {
  test.each<[string, ViolationKind, string, (history: History) => History]>([
    [
      'an accepted order without a record',
      'lost',
      'cancelled',
      (h) => ({ ...h, orders: without(h.orders, 'cancelled') }),
    ],
    [
      'an accepted order that never ends',
      'lost',
      'declined',
      (h) => withOrder(h, 'declined', { status: 'PROCESSING' }),
    ],
    [
      'an order of an unanswered POST that never ends',
      'lost',
      'unanswered',
      (h) => ({
        ...withOrder(h, 'unanswered', { status: 'PROCESSING' }),
        payments: without(h.payments, 'unanswered'),
        stock: [{ sku: 'MUG', available: 8, holds: {} }],
      }),
    ],
    ['two captures', 'double-charged', 'sold', (h) => withPayment(h, 'sold', { capture_count: 2 })],
    [
      'a sale without a payment',
      'mischarged',
      'sold',
      (h) => ({ ...h, payments: without(h.payments, 'sold') }),
    ],
    [
      'a sale whose payment is void',
      'mischarged',
      'sold',
      (h) => withPayment(h, 'sold', { state: 'VOIDED', capture_count: 0 }),
    ],
    ['a capture of another amount', 'mischarged', 'sold', (h) => withPayment(h, 'sold', { amount: 199 })],
    [
      'a capture that counts as none',
      'mischarged',
      'sold',
      (h) => withPayment(h, 'sold', { capture_count: 0 }),
    ],
    [
      'a rejection that was charged',
      'mischarged',
      'declined',
      (h) => withPayment(h, 'declined', { state: 'CAPTURED', capture_count: 1 }),
    ],
    [
      'a cancellation that was charged',
      'mischarged',
      'cancelled',
      (h) => withPayment(h, 'cancelled', { state: 'CAPTURED', capture_count: 1 }),
    ],
    [
      'a charge without an order',
      'mischarged',
      'nobody',
      (h) => ({
        ...h,
        payments: [...h.payments, { order_id: 'nobody', state: 'CAPTURED', amount: 1, capture_count: 1 }],
      }),
    ],
    [
      'money that stays set aside',
      'dangling',
      'declined',
      (h) => withPayment(h, 'declined', { state: 'AUTHORIZED' }),
    ],
    [
      'a hold that stays',
      'dangling',
      'declined',
      (h) => ({ ...h, stock: [{ sku: 'MUG', available: 4, holds: { declined: { quantity: 2 } } }] }),
    ],
    [
      'a piece too few',
      'oversold',
      'MUG',
      (h) => ({ ...h, stock: [{ sku: 'MUG', available: 5, holds: {} }] }),
    ],
    [
      'a piece too many',
      'oversold',
      'MUG',
      (h) => ({ ...h, stock: [{ sku: 'MUG', available: 7, holds: {} }] }),
    ],
    ['an item that is gone', 'oversold', 'MUG', (h) => ({ ...h, stock: [] })],
    [
      'negative stock',
      'oversold',
      'MUG',
      (h) => ({ ...h, initialStock: { MUG: 3 }, stock: [{ sku: 'MUG', available: -1, holds: {} }] }),
    ],
    ['stock that was negative once', 'oversold', 'MUG', (h) => ({ ...h, lowestStock: { MUG: -1 } })],
    ['a poll that goes back to PENDING', 'backwards', 'declined', (h) => seen(h, 'PROCESSING', 'PENDING')],
    ['a poll that goes back from the end', 'backwards', 'declined', (h) => seen(h, 'REJECTED', 'PROCESSING')],
    ['an end that changes', 'backwards', 'declined', (h) => seen(h, 'COMPLETED')],
    [
      'two orders for one key',
      'split',
      'u7/key-1',
      (h) => ({
        ...h,
        posts: [...h.posts, accepted('twice-2', { user_id: 'u7', items: [], amount: 50 }, 'key-1')],
        orders: [
          ...h.orders,
          { order_id: 'twice-2', status: 'REJECTED', ...facts({ user_id: 'u7', items: [], amount: 50 }) },
        ],
      }),
    ],
    [
      'an order of a refused POST',
      'forged',
      'x',
      (h) => ({
        ...h,
        orders: [...h.orders, { order_id: 'x', status: 'REJECTED', ...facts({ user_id: 'u6' }) }],
      }),
    ],
    [
      'two orders of one unanswered POST',
      'forged',
      'x',
      (h) => ({
        ...h,
        orders: [...h.orders, { order_id: 'x', status: 'REJECTED', ...facts({ user_id: 'u4' }) }],
      }),
    ],
    ['an order with other lines', 'forged', 'declined', (h) => withOrder(h, 'declined', { items: [] })],
  ])('%s', (_, kind, subject, plant) => {
    expect(check(plant(GOOD)).map((v) => [v.kind, v.subject])).toEqual([[kind, subject]]);
  });

  test('every kind is planted above', () => {
    expect(Object.keys(VIOLATIONS).toSorted()).toEqual([
      'backwards',
      'dangling',
      'double-charged',
      'forged',
      'lost',
      'mischarged',
      'oversold',
      'split',
    ]);
  });
});

/** Orders of one piece each that end in any way. */
const ends = fc.array(
  fc.record({
    status: fc.constantFrom<OrderStatus>('COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'),
    amount: fc.integer({ min: 1, max: 10_000 }),
    polled: fc.boolean(),
    answered: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

function historyOf(
  orders: Array<{ status: OrderStatus; amount: number; polled: boolean; answered: boolean }>,
): History {
  const rows = orders.map((order, index) => ({
    ...order,
    id: `o${index}`,
    placed: body({ user_id: `u${index}`, amount: order.amount, items: [{ sku: 'MUG', quantity: 1 }] }),
  }));
  const sold = rows.filter(({ status }) => status === 'COMPLETED').length;
  return {
    posts: rows.map(({ id, placed, answered }) => ({
      body: placed,
      outcome: answered ? { kind: 'accepted', order_id: id } : { kind: 'unknown', because: 'cut' },
    })),
    sightings: rows
      .filter(({ polled }) => polled)
      .flatMap(({ id, status }) =>
        (['PENDING', 'PROCESSING', status] as const).map((s) => ({ order_id: id, status: s })),
      ),
    initialStock: { MUG: 30 },
    lowestStock: {},
    orders: rows.map(({ id, status, placed: { user_id, amount, items } }) => ({
      order_id: id,
      status,
      user_id,
      amount,
      items,
    })),
    payments: rows.map(({ id, status, amount }) => {
      const captured = status === 'COMPLETED';
      return {
        order_id: id,
        state: captured ? 'CAPTURED' : 'VOIDED',
        amount,
        capture_count: captured ? 1 : 0,
      };
    }),
    stock: [{ sku: 'MUG', available: 30 - sold, holds: {} }],
  };
}

describe('any history', () => {
  test('is good when every order ended in one way and nothing is left', () => {
    fc.assert(fc.property(ends, (orders) => expect(check(historyOf(orders))).toEqual([])));
  });

  test('has one more violation for each order that is charged twice', () => {
    fc.assert(
      fc.property(ends, (orders) => {
        const history = historyOf(orders);
        const payments = history.payments.map((p) => ({ ...p, capture_count: p.capture_count * 2 }));
        const charged = orders.filter(({ status }) => status === 'COMPLETED').length;
        expect(check({ ...history, payments }).map(({ kind }) => kind)).toEqual(
          Array.from({ length: charged }, () => 'double-charged'),
        );
      }),
    );
  });

  test('has one more violation for each record that is gone, if its POST was answered', () => {
    fc.assert(
      fc.property(ends, (orders) => {
        const history = historyOf(orders.map((order) => ({ ...order, status: 'REJECTED', polled: false })));
        const answered = orders.filter((order) => order.answered).length;
        expect(check({ ...history, orders: [] }).map(({ kind }) => kind)).toEqual(
          Array.from({ length: answered }, () => 'lost'),
        );
      }),
    );
  });
});
