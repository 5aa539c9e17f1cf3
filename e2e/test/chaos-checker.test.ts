/** The checker finds each violation that it knows: planted in a good history, it and nothing else is found. */
import { describe, expect, test } from '@jest/globals';
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import fc from 'fast-check';
import { VIOLATIONS, type ViolationKind } from '../src/chaos/check/violations.js';
import { check } from '../src/chaos/checker.js';
import type { History, Post } from '../src/chaos/history.js';
import { accepted, body, entry, GOOD, record, refused, urlOf } from './chaos-history.js';

type Plant = (history: History) => History;

const changed = <T extends { order_id: string }>(list: readonly T[], id: string, changes: object) =>
  list.map((each) => (each.order_id === id ? { ...each, ...changes } : each));
const without = <T extends { order_id: string }>(list: readonly T[], id: string) =>
  list.filter(({ order_id }) => order_id !== id);

const order =
  (id: string, changes: object): Plant =>
  (h) => ({ ...h, orders: changed(h.orders, id, changes) });
const payment =
  (id: string, changes: object): Plant =>
  (h) => ({ ...h, payments: changed(h.payments, id, changes) });
const journal =
  (...entries: History['journal']): Plant =>
  (h) => ({ ...h, journal: [...h.journal, ...entries] });
const posted =
  (...posts: Post[]): Plant =>
  (h) => ({ ...h, posts: [...h.posts, ...posts] });
const seen =
  (...statuses: OrderStatus[]): Plant =>
  (h) => ({
    ...h,
    sightings: [...h.sightings, ...statuses.map((status) => ({ order_id: 'declined', status }))],
  });
const all =
  (...plants: Plant[]): Plant =>
  (h) =>
    plants.reduce((planted, plant) => plant(planted), h);
const readAs =
  (request: string, answer: string): Plant =>
  (h) => ({
    ...h,
    lastReads: h.lastReads.map((read) => (read.poll_url === urlOf(request) ? { ...read, answer } : read)),
  });

test('a good history has no violation', () => {
  expect(check(GOOD)).toEqual([]);
});

const PLANTED: readonly (readonly [string, ViolationKind, string, Plant])[] = [
  [
    'an accepted order without a record',
    'lost',
    'cancelled',
    (h) => ({
      ...h,
      orders: without(h.orders, 'cancelled'),
      ended: without(h.ended, 'cancelled'),
    }),
  ],
  [
    'an order that the queue took and that never ends',
    'lost',
    'unposted',
    (h) => ({ ...h, sent: [...h.sent, { order_id: 'unposted', request_id: 'r-unposted' }] }),
  ],
  [
    'an accepted order that stays undecided',
    'lost',
    'failed',
    (h) => ({
      ...h,
      orders: changed(h.orders, 'failed', { status: 'PROCESSING', reason: undefined }),
      ended: changed(h.ended, 'failed', { status: 'PROCESSING', reason: undefined }),
    }),
  ],
  ['two charges', 'double-charged', 'sold', journal({ ...entry('captured', 'sold'), intent: 'pi_2' })],
  [
    'a charge of a second authorization',
    'double-charged',
    'sold',
    journal(entry('authorized', 'sold.1'), entry('captured', 'sold.1')),
  ],
  [
    'a sale without a charge',
    'mischarged',
    'sold',
    all(
      (h) => ({
        ...h,
        journal: h.journal.map((e) =>
          e.key === 'sold' && e.kind === 'captured' ? { ...e, kind: 'voided' } : e,
        ),
      }),
      payment('sold', { state: 'VOIDED', capture_count: 0 }),
    ),
  ],
  [
    'a charge of another amount',
    'mischarged',
    'twice',
    (h) => ({ ...h, journal: h.journal.map((e) => (e.key === 'twice' ? { ...e, amount: 49 } : e)) }),
  ],
  [
    'a rejection that was charged',
    'mischarged',
    'declined',
    all(journal(entry('captured', 'declined')), payment('declined', { state: 'CAPTURED', capture_count: 1 })),
  ],
  [
    'a charge without an order',
    'mischarged',
    'nobody',
    all(journal(entry('captured', 'nobody')), (h) => ({
      ...h,
      payments: [...h.payments, { order_id: 'nobody', state: 'CAPTURED', amount: 200, capture_count: 1 }],
    })),
  ],
  [
    'a charge that the ledger lacks',
    'ledger',
    'sold',
    payment('sold', { state: 'VOIDED', capture_count: 0 }),
  ],
  [
    'a capture that the provider lacks',
    'ledger',
    'declined',
    payment('declined', { state: 'CAPTURED', capture_count: 1 }),
  ],
  ['a capture that the ledger counted twice', 'ledger', 'sold', payment('sold', { capture_count: 2 })],
  ['a refund that the order lacks', 'wrong-refund', 'twice', journal(entry('refunded', 'twice', 5))],
  ['a refund that was never paid', 'wrong-refund', 'twice', order('twice', { refunded_amount: 5 })],
  [
    'a refund of more than the charge',
    'wrong-refund',
    'twice',
    all(journal(entry('refunded', 'twice', 51)), order('twice', { refunded_amount: 51 })),
  ],
  [
    'an authorization that stays at the provider',
    'dangling',
    'declined',
    journal({ ...entry('authorized', 'declined'), intent: 'pi_late' }),
  ],
  [
    'an authorization that stays in the ledger',
    'dangling',
    'declined',
    payment('declined', { state: 'AUTHORIZED' }),
  ],
  [
    'a hold that stays',
    'dangling',
    'declined',
    (h) => ({ ...h, stock: [{ sku: 'MUG', available: 4, holds: { declined: { quantity: 2 } } }] }),
  ],
  ['a piece too few', 'oversold', 'MUG', (h) => ({ ...h, stock: [{ sku: 'MUG', available: 5, holds: {} }] })],
  [
    'a piece too many',
    'oversold',
    'MUG',
    (h) => ({ ...h, stock: [{ sku: 'MUG', available: 7, holds: {} }] }),
  ],
  ['items that a refund did not return', 'oversold', 'MUG', (h) => ({ ...h, returned: ['sold'] })],
  ['an item that is gone', 'oversold', 'MUG', (h) => ({ ...h, stock: [] })],
  ['stock that was negative once', 'oversold', 'MUG', (h) => ({ ...h, lowestStock: { MUG: -1 } })],
  ['a poll that goes back to PENDING', 'backwards', 'declined', seen('PROCESSING', 'PENDING')],
  ['a poll that goes back from the end', 'backwards', 'declined', seen('REJECTED', 'PROCESSING')],
  ['an end that changes', 'backwards', 'declined', seen('COMPLETED')],
  [
    'two orders for one key',
    'split',
    'u6/key-1',
    all(posted(accepted('other', { user_id: 'u6', items: [], amount: 50 }, 'key-1')), (h) => ({
      ...h,
      orders: [...h.orders, record('other', 'CANCELLED', { user_id: 'u6', items: [], amount: 50 })],
      ended: [...h.ended, { order_id: 'other', status: 'CANCELLED' }],
      events: [...h.events, { id: 'other:cancelled', type: 'order.cancelled', subject: 'other' }],
      webhooks: { ...h.webhooks, accepted: [...h.webhooks.accepted, 'other:cancelled'] },
    })),
  ],
  ['an order that nobody placed', 'forged', 'declined', order('declined', { request_id: 'r-nobody' })],
  [
    'an order with other lines',
    'forged',
    'cancelled',
    all(order('cancelled', { amount: 51 }), (h) => ({
      ...h,
      posts: h.posts.map((p) =>
        p.request_id === 'r-cancelled' ? { ...p, outcome: { kind: 'unknown', because: 'cut' } } : p,
      ),
    })),
  ],
  [
    'a 202 for a body that was not placed',
    'wrong-body',
    'r-wrong',
    posted(accepted('sold', { amount: 5000 }, undefined, 'r-wrong')),
  ],
  [
    'a refusal of an order that the queue took',
    'untrue-refusal',
    'r-sold',
    (h) => ({
      ...h,
      posts: [
        ...h.posts.filter(({ request_id }) => request_id !== 'r-sold'),
        { ...refused('r-sold', 503, 'about:blank', 'Nothing was ordered by this request.'), body: body() },
      ],
    }),
  ],
  [
    'a key that is refused as reused',
    'wrong-reuse',
    'r-fresh',
    posted(refused('r-fresh', 422, 'urn:order-pipeline:problem:idempotency-key-reused', 'Used.', 'fresh')),
  ],
  ['a URL that never shows the end', 'misled', 'unknown', readAs('r-unknown', 'PENDING')],
  ['a URL that shows an end of nothing', 'misled', 'never', readAs('r-never', 'FAILED')],
  ['a URL that does not answer', 'misled', 'twice', readAs('r-again', '500')],
  ['a URL that denies its own order', 'misled', 'unknown', readAs('r-unknown', 'order-not-placed')],
  [
    'an order without an event',
    'unpublished',
    'declined',
    (h) => ({ ...h, events: h.events.filter(({ subject }) => subject !== 'declined') }),
  ],
  [
    'an order with events of two outcomes',
    'unpublished',
    'declined',
    (h) => ({
      ...h,
      events: [...h.events, { id: 'declined:failed', type: 'order.failed', subject: 'declined' }],
      webhooks: { ...h.webhooks, accepted: [...h.webhooks.accepted, 'declined:failed'] },
    }),
  ],
  [
    'an event that the receiver lacks',
    'undelivered',
    'sold:refunded:1',
    (h) => ({
      ...h,
      webhooks: { ...h.webhooks, accepted: h.webhooks.accepted.filter((id) => id !== 'sold:refunded:1') },
    }),
  ],
  [
    'a webhook with a wrong signature',
    'undelivered',
    'receiver',
    (h) => ({ ...h, webhooks: { ...h.webhooks, forged: 1 } }),
  ],
  [
    'an order that was counted twice',
    'miscounted',
    'twice',
    (h) => ({ ...h, ended: [...h.ended, { order_id: 'twice', status: 'COMPLETED' }] }),
  ],
  [
    'an order that was not counted',
    'miscounted',
    'twice',
    (h) => ({ ...h, ended: without(h.ended, 'twice') }),
  ],
  [
    'an order that was counted as another outcome',
    'miscounted',
    'twice',
    (h) => ({ ...h, ended: changed(h.ended, 'twice', { status: 'CANCELLED' }) }),
  ],
  [
    'an order that was counted with another reason',
    'miscounted',
    'declined',
    (h) => ({ ...h, ended: changed(h.ended, 'declined', { reason: 'OUT_OF_STOCK' }) }),
  ],
  [
    'a settlement that counts as another outcome',
    'miscounted',
    'sold',
    (h) => ({ ...h, settled: [...h.settled, { order_id: 'sold', status: 'REJECTED' }] }),
  ],
  [
    'a status that only settlements count',
    'miscounted',
    'COMPLETED',
    (h) => ({
      ...h,
      ended: h.ended.filter(({ status }) => status !== 'COMPLETED'),
      settled: [...h.settled, ...h.ended.filter(({ status }) => status === 'COMPLETED')],
    }),
  ],
  [
    'a secret in a log',
    'leaked',
    'access token',
    (h) => ({ ...h, leaks: [{ secret: 'access token', line: '[api] [...]' }] }),
  ],
];

describe('a planted violation is found, and nothing else', () => {
  test.each(PLANTED)('%s', (_, kind, subject, plant) => {
    expect(check(plant(GOOD)).map((v) => [v.kind, v.subject])).toEqual([[kind, subject]]);
  });

  test('every kind is planted', () => {
    expect(new Set(PLANTED.map(([, kind]) => kind))).toEqual(new Set(Object.keys(VIOLATIONS)));
  });
});

describe('no violation', () => {
  test.each<[string, Plant]>([
    [
      'is a charge that an operator wrote off',
      (h) => ({
        ...h,
        orders: changed(h.orders, 'twice', { payment_problem: 'WRITTEN_OFF' }),
        journal: h.journal.map((e) =>
          e.key === 'twice' && e.kind === 'captured' ? { ...e, kind: 'voided' } : e,
        ),
        payments: changed(h.payments, 'twice', { state: 'WRITTEN_OFF', capture_count: 0 }),
      }),
    ],
    [
      'is a 202 for another body whose URL says that it was not placed',
      all(posted(accepted('twice', { user_id: 'u6', amount: 5000 }, 'key-1', 'r-lost')), (h) => ({
        ...h,
        lastReads: [
          ...h.lastReads,
          { order_id: 'twice', poll_url: urlOf('r-lost'), answer: 'order-not-placed' },
        ],
      })),
    ],
    [
      'is an order that was cancelled and never reached the queue',
      all(posted(accepted('early', { user_id: 'u9' })), (h) => ({
        ...h,
        orders: [...h.orders, { order_id: 'early', status: 'CANCELLED', lease_until: 0 }],
      })),
    ],
  ])('%s', (_, plant) => {
    expect(check(plant(GOOD))).toEqual([]);
  });
});

/** Orders of one piece each that end in any way. */
const ends = fc.array(
  fc.record({
    status: fc.constantFrom<OrderStatus>('COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'),
    amount: fc.integer({ min: 1, max: 10_000 }),
    answered: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

interface End {
  readonly status: OrderStatus;
  readonly amount: number;
  readonly answered: boolean;
}

function historyOf(orders: readonly End[]): History {
  const rows = orders.map((end, index) => ({
    ...end,
    id: `o${index}`,
    facts: { user_id: `u${index}`, amount: end.amount, items: [{ sku: 'MUG', quantity: 1 }] },
  }));
  const charged = rows.filter(({ status }) => status === 'COMPLETED');
  const events = rows.map(({ id, status }) => ({
    id: `${id}:${status.toLowerCase()}`,
    type: `order.${status.toLowerCase()}`,
    subject: id,
  }));
  return {
    ...GOOD,
    posts: rows.map(({ id, facts, answered }) =>
      answered
        ? accepted(id, facts)
        : { body: body(facts), request_id: `r-${id}`, outcome: { kind: 'unknown', because: 'cut' } },
    ),
    sightings: rows.map(({ id, status }) => ({ order_id: id, status })),
    lastReads: [],
    sent: rows.map(({ id }) => ({ order_id: id, request_id: `r-${id}` })),
    initialStock: { MUG: 30 },
    lowestStock: {},
    orders: rows.map(({ id, status, facts }) => record(id, status, facts)),
    payments: rows.map(({ id, status, amount }) => ({
      order_id: id,
      state: status === 'COMPLETED' ? 'CAPTURED' : 'VOIDED',
      amount,
      capture_count: status === 'COMPLETED' ? 1 : 0,
    })),
    stock: [{ sku: 'MUG', available: 30 - charged.length, holds: {} }],
    journal: charged.flatMap(({ id, amount }) => [
      entry('authorized', id, amount),
      entry('captured', id, amount),
    ]),
    events,
    webhooks: { accepted: events.map(({ id }) => id), forged: 0 },
    ended: rows.map(({ id, status }) => ({ order_id: id, status })),
    settled: [],
  };
}

describe('any history', () => {
  test('is good when every order ended in one way and nothing is left', () => {
    fc.assert(fc.property(ends, (orders) => expect(check(historyOf(orders))).toEqual([])));
  });

  test('has one more violation for each order that the provider charged twice', () => {
    fc.assert(
      fc.property(ends, (orders) => {
        const history = historyOf(orders);
        const charges = history.journal.filter(({ kind }) => kind === 'captured');
        const twice = { ...history, journal: [...history.journal, ...charges] };
        expect(check(twice).map(({ kind }) => kind)).toEqual(charges.map(() => 'double-charged'));
      }),
    );
  });
});
