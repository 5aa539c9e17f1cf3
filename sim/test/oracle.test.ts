/** The oracle finds each violation that is planted in a good history, and nothing in the good one. */
import { describe, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { check } from '../src/oracle/check.js';
import type { History, Post } from '../src/oracle/history.js';
import type { ViolationKind } from '../src/oracle/violations.js';

const body = {
  user_id: 'u',
  amount: 2_500,
  items: [{ sku: 'MUG', quantity: 2 }],
  payment_method: 'tok_visa',
};

const record: OrderRecord = {
  order_id: 'o-1',
  status: 'COMPLETED',
  user_id: 'u',
  amount: 2_500,
  currency: 'USD',
  items: body.items,
  created_at: '2026-01-01T00:00:00.000Z',
  attempt: 1,
  lease_until: 0,
  request_id: 'r-1',
  updated_at: '2026-01-01T00:00:01.000Z',
};

const accepted: Post = {
  client: 1,
  requestId: 'r-1',
  key: undefined,
  body,
  sentAt: 10,
  answeredAt: 20,
  outcome: { kind: 'accepted', orderId: 'o-1', pollUrl: '/orders/o-1' },
};

const message = encodeOrderPlaced({
  order_id: 'o-1',
  user_id: 'u',
  amount: 2_500,
  currency: 'USD',
  items: body.items,
  payment_method: 'tok_visa',
  created_at: '2026-01-01T00:00:00.000Z',
});

const good: History = {
  posts: [accepted],
  sightings: [
    { orderId: 'o-1', status: 'PROCESSING', askedAt: 30, answeredAt: 40 },
    { orderId: 'o-1', status: 'COMPLETED', askedAt: 50, answeredAt: 60 },
  ],
  orders: [record],
  ledger: [{ order_id: 'o-1', state: 'CAPTURED', amount: 2_500, capture_count: 1 }],
  stock: [{ sku: 'MUG', available: 11, held: 0, sold: 2, lowest: 8 }],
  initial: { MUG: 10 },
  delivered: [{ deliveryId: 'd', sku: 'MUG', quantity: 3 }],
  journal: [
    { at: 1, key: 'o-1', kind: 'authorized', amount: 2_500 },
    { at: 2, key: 'o-1', kind: 'captured', amount: 2_500 },
  ],
  published: [{ id: 'o-1:completed', subject: 'o-1', type: 'order.completed' }],
  claimedAt: new Map([['o-1', 25]]),
  rewritten: [],
  ledgerMoves: [
    { orderId: 'o-1', from: 'AUTHORIZED', to: 'CAPTURED', anew: false },
    { orderId: 'o-2', from: 'VOIDED', to: 'AUTHORIZED', anew: true },
  ],
  deadLetterErrors: [
    { orderId: 'o-1', reported: 'unavailable', noted: 'unavailable' },
    { orderId: 'o-2', reported: 'unavailable', noted: undefined },
  ],
  passes: { count: 2, max: 2 },
  passUnits: { count: 400, max: 400 },
  stockUnitsMax: 1,
  deadLetters: { count: 3, max: 3 },
  orphans: [],
  decisions: [{ orderId: 'o-1', attempt: 1 }],
  brokenLeases: [],
  sent: [{ queue: 'order-queue', at: 15, body: message, requestId: 'r-1' }],
  unhandled: [],
};

const refused = (detail: string, type = 'about:blank'): Post => ({
  ...accepted,
  outcome: { kind: 'refused', status: 503, type, detail },
});

/** A history in which one refund of 1,000 was made, reported and published, with the given changes. */
function refunded({
  paid = [1_000],
  made = [1_000],
  state = 'DONE',
  told = 1_000,
  events = ['r-1'],
  subject = 'o-1',
} = {}): Partial<History> {
  return {
    orders: [{ ...record, refunded_amount: told }],
    journal: [
      ...good.journal,
      ...paid.map((amount) => ({ at: 3, key: 'o-1', kind: 'refunded' as const, amount })),
    ],
    ledger: good.ledger.map((entry) => ({
      ...entry,
      refunds: made.map((amount) => ({ refund_id: 'r-1', amount, state })),
    })),
    published: [
      ...good.published,
      ...events.map((id) => ({ id: `${subject}:refunded:${id}`, subject, type: 'order.refunded' as const })),
    ],
  };
}

const planted: readonly (readonly [ViolationKind, string, Partial<History>])[] = [
  ['unpublished', 'an order without an event', { published: [] }],
  [
    'unpublished',
    'an event of another outcome',
    {
      published: [...good.published, { id: 'o-1:rejected', subject: 'o-1', type: 'order.rejected' }],
    },
  ],
  ['stuck', 'an order that is not final', { orders: [{ ...record, status: 'PROCESSING' }] }],
  ['lost', 'an accepted order without a record', { orders: [] }],
  ['mischarged', 'a COMPLETED order that nobody was charged for', { journal: good.journal.slice(0, 1) }],
  ['mischarged', 'a charge of another amount', { orders: [{ ...record, amount: 2_400 }] }],
  ['mischarged', 'a charge for a REJECTED order', { orders: [{ ...record, status: 'REJECTED' }] }],
  ['double-charged', 'two charges', { journal: [...good.journal, ...good.journal.slice(1)] }],
  [
    'ledger',
    'a ledger that does not know of the charge',
    { ledger: [{ ...good.ledger[0], state: 'AUTHORIZED' } as never] },
  ],
  ['oversold', 'a piece too few', { stock: [{ sku: 'MUG', available: 10, held: 0, sold: 2, lowest: 8 }] }],
  [
    'oversold',
    'stock below zero in between',
    { stock: [{ sku: 'MUG', available: 11, held: 0, sold: 2, lowest: -1 }] },
  ],
  [
    'oversold',
    'a sale that the stock does not know',
    { stock: [{ sku: 'MUG', available: 11, held: 0, sold: 1, lowest: 8 }] },
  ],
  ['dangling', 'held pieces', { stock: [{ sku: 'MUG', available: 10, held: 1, sold: 2, lowest: 8 }] }],
  [
    'dangling',
    'money that is set aside',
    { journal: [...good.journal, { at: 3, key: 'o-2', kind: 'authorized', amount: 1 }] },
  ],
  [
    'backwards',
    'two outcomes',
    { sightings: [{ orderId: 'o-1', status: 'CANCELLED', askedAt: 1, answeredAt: 2 }] },
  ],
  [
    'backwards',
    'a status that goes back',
    {
      sightings: good.sightings
        .toReversed()
        .map((sighting, index) => ({ ...sighting, askedAt: 30 + 20 * index, answeredAt: 40 + 20 * index })),
    },
  ],
  [
    'wrong-body',
    'a 202 for something else',
    { posts: [accepted, { ...accepted, requestId: 'r-2', sentAt: 30, body: { ...body, amount: 1 } }] },
  ],
  ['untrue-refusal', 'nothing was ordered, and it was', { posts: [refused('Nothing was ordered.')] }],
  [
    'refused-wrongly',
    'a key that nobody reused',
    { posts: [accepted, refused('', 'urn:order-pipeline:problem:idempotency-key-reused')] },
  ],
  [
    'refused-wrongly',
    'a key that belongs to this body',
    {
      posts: [
        accepted,
        {
          ...accepted,
          requestId: 'r-2',
          sentAt: 30,
          body: { ...body, amount: 1 },
          outcome: { kind: 'unknown' },
        },
        { ...refused('', 'urn:order-pipeline:problem:idempotency-key-reused'), requestId: 'r-3', sentAt: 30 },
      ],
    },
  ],
  ['dead-lettered', 'a dead letter too many', { deadLetters: { count: 1, max: 0 } }],
  ['orphaned', 'a message that is gone', { orphans: ['o-1'] }],
  ['fence', 'a decision of a worker that lost its claim', { decisions: [{ orderId: 'o-1', attempt: 0 }] }],
  ['fence', 'an order taken from a worker', { brokenLeases: ['o-1'] }],
  [
    'rewritten',
    'an order whose amount was changed',
    { rewritten: [{ orderId: 'o-1', attribute: 'amount' }] },
  ],
  ...(
    [
      ['CAPTURED', 'AUTHORIZED', true],
      ['VOIDED', 'AUTHORIZED', false],
      ['DECLINED', 'CAPTURED', false],
    ] as const
  ).map(
    ([from, to, anew]) =>
      [
        'rewritten',
        `a payment that was ${from} and became ${to}`,
        { ledgerMoves: [{ orderId: 'o-1', from, to, anew }] },
      ] as const,
  ),
  [
    'misreported',
    'a dead letter with a later error',
    { deadLetterErrors: [{ orderId: 'o-1', reported: 'later', noted: 'first' }] },
  ],
  ['costly', 'a reconciler in every processor', { passes: { count: 3, max: 2 } }],
  ['costly', 'a reconciler that reads everything at once', { passUnits: { count: 401, max: 400 } }],
  ['costly', 'a large item of stock', { stockUnitsMax: 2 }],
  ['refunds', 'more paid back than charged', refunded({ paid: [2_500, 1] })],
  ['refunds', 'a refund that the ledger does not know', refunded({ made: [] })],
  ['refunds', 'a refund that the provider does not know', refunded({ paid: [] })],
  ['refunds', 'a refund that the record does not know', refunded({ told: 0 })],
  ['refunds', 'a refund without an event', refunded({ events: [] })],
  ['refunds', 'an event without a refund', refunded({ events: ['r-1', 'r-9'] })],
  ['refunds', 'a refund that is pending for ever', refunded({ state: 'PENDING' })],
  ['unpublished', 'an event of an order that is not there', refunded({ events: ['r-1'], subject: 'o-9' })],
  ['forged', 'an order that nobody placed', { orders: [{ ...record, request_id: 'r-9' }] }],
  ['unhandled', 'an error that nobody handled', { unhandled: ['boom'] }],
];

test('a good history has no violation', () => {
  expect(check(good)).toEqual([]);
  expect(check({ ...good, ...refunded() })).toEqual([]);
});

describe('a bad history', () => {
  test.each(planted)('%s: %s', (kind, _title, change) => {
    expect(check({ ...good, ...change }).map((violation) => violation.kind)).toContain(kind);
  });

  test('excuses the second of two bodies under one key that were sent before either was claimed', () => {
    const orders = [{ ...record, fingerprint: 'first' }];
    const outcome = { kind: 'accepted', orderId: 'o-1', pollUrl: '/orders/o-1?fingerprint=second' } as const;
    const second = { ...accepted, requestId: 'r-2', body: { ...body, amount: 1 }, sentAt: 24, outcome };
    expect(check({ ...good, orders, posts: [accepted, second] })).toEqual([]);
    expect(check({ ...good, orders, posts: [accepted, { ...second, sentAt: 26 }] })).not.toEqual([]);
  });
});
