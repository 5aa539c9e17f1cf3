/** A history without a violation, to plant violations in. */
import type { FinalOrder, History, OrderBody, Post } from '../src/chaos/history.js';
import type { JournalEntry } from '../src/chaos/provider/journal.js';

/** Returns the body of an order. */
export const body = (changes: Partial<OrderBody> = {}): OrderBody => ({
  user_id: 'u1',
  amount: 200,
  items: [{ sku: 'MUG', quantity: 2 }],
  payment_method: 'pm_card_visa',
  ...changes,
});

/** URL by which the client of a request follows its order. */
export const urlOf = (request: string) => `http://api/orders/${request}`;

/** Returns a POST that was accepted as the order, by the request `r-ORDER` unless named. */
export const accepted = (
  order_id: string,
  changes: Partial<OrderBody> = {},
  idempotency_key?: string,
  request_id = `r-${order_id}`,
): Post => ({
  body: body(changes),
  idempotency_key,
  request_id,
  outcome: { kind: 'accepted', order_id, poll_url: urlOf(request_id) },
});

/** Returns a POST that was refused. */
export const refused = (
  request_id: string,
  status: number,
  type: string,
  detail: string,
  key?: string,
): Post => ({
  body: body({ user_id: 'u6' }),
  idempotency_key: key,
  request_id,
  outcome: { kind: 'refused', status, type, detail },
});

/** Returns the record of an order that was placed by the request `r-ORDER`. */
export const record = (
  order_id: string,
  status: FinalOrder['status'],
  changes: Partial<OrderBody & FinalOrder> = {},
): FinalOrder => {
  const { payment_method: _, ...facts } = body(changes);
  return {
    order_id,
    status,
    request_id: `r-${order_id}`,
    lease_until: 0,
    ...facts,
    ...changes,
  } as FinalOrder;
};

/** Returns an entry of the provider's journal. */
export const entry = (kind: JournalEntry['kind'], key: string, amount = 200): JournalEntry => ({
  kind,
  key,
  intent: `pi_${key}`,
  amount,
  currency: 'usd',
  at: 0,
  request: `${key}:${kind}`,
});

const NOTHING_ORDERED = 'Orders cannot be taken right now. Nothing was ordered by this request.';
const SMALL = { items: [], amount: 50 };

/**
 * Two sold, one of them refunded in part; one declined; one cancelled; one failed by an operator; one whose outcome stayed
 * unknown and that was sold; one that was never taken; one posted twice under a key, which was tried for another body, too.
 */
export const GOOD: History = {
  posts: [
    accepted('sold'),
    accepted('declined', { user_id: 'u2', payment_method: 'pm_card_chargeDeclined' }),
    accepted('cancelled', { user_id: 'u3', ...SMALL }),
    accepted('failed', { user_id: 'u8', ...SMALL }),
    {
      body: body({ user_id: 'u4' }),
      request_id: 'r-unknown',
      outcome: { kind: 'unknown', because: '503', order_id: 'unknown', poll_url: urlOf('r-unknown') },
    },
    {
      body: body({ user_id: 'u5' }),
      request_id: 'r-never',
      outcome: { kind: 'unknown', because: '503', order_id: 'never', poll_url: urlOf('r-never') },
    },
    refused('r-limit', 429, 'about:blank', 'Too many.'),
    refused('r-down', 503, 'about:blank', NOTHING_ORDERED),
    accepted('twice', { user_id: 'u6', ...SMALL }, 'key-1'),
    accepted('twice', { user_id: 'u6', ...SMALL }, 'key-1', 'r-again'),
    refused('r-other', 422, 'urn:order-pipeline:problem:idempotency-key-reused', 'Used.', 'key-1'),
  ],
  sightings: [
    { order_id: 'sold', status: 'PENDING' },
    { order_id: 'cancelled', status: 'PENDING' },
    { order_id: 'sold', status: 'PROCESSING' },
    { order_id: 'sold', status: 'PROCESSING' },
    { order_id: 'sold', status: 'COMPLETED' },
    { order_id: 'cancelled', status: 'CANCELLED' },
  ],
  lastReads: [
    { order_id: 'unknown', poll_url: urlOf('r-unknown'), answer: 'COMPLETED' },
    { order_id: 'never', poll_url: urlOf('r-never'), answer: 'PENDING' },
    { order_id: 'twice', poll_url: urlOf('r-twice'), answer: 'COMPLETED' },
    { order_id: 'twice', poll_url: urlOf('r-again'), answer: 'COMPLETED' },
  ],
  sent: ['sold', 'declined', 'cancelled', 'failed', 'unknown', 'twice'].map((order_id) => ({
    order_id,
    request_id: `r-${order_id}`,
  })),
  initialStock: { MUG: 10 },
  lowestStock: { MUG: 4 },
  orders: [
    record('sold', 'COMPLETED', { refunded_amount: 10 }),
    record('declined', 'REJECTED', { user_id: 'u2', reason: 'PAYMENT_DECLINED' }),
    record('cancelled', 'CANCELLED', { user_id: 'u3', ...SMALL }),
    record('failed', 'FAILED', { user_id: 'u8', ...SMALL, reason: 'RETRIES_EXHAUSTED' }),
    record('unknown', 'COMPLETED', { user_id: 'u4' }),
    record('twice', 'COMPLETED', { user_id: 'u6', ...SMALL }),
  ],
  payments: [
    { order_id: 'sold', state: 'CAPTURED', amount: 200, capture_count: 1 },
    { order_id: 'declined', state: 'DECLINED', amount: 200, capture_count: 0 },
    { order_id: 'cancelled', state: 'VOIDED', amount: 0, capture_count: 0 },
    { order_id: 'failed', state: 'VOIDED', amount: 50, capture_count: 0 },
    { order_id: 'unknown', state: 'CAPTURED', amount: 200, capture_count: 1 },
    { order_id: 'twice', state: 'CAPTURED', amount: 50, capture_count: 1 },
  ],
  stock: [{ sku: 'MUG', available: 6, holds: {} }],
  returned: [],
  journal: [
    entry('authorized', 'sold'),
    entry('captured', 'sold'),
    entry('refunded', 'sold', 10),
    entry('declined', 'declined'),
    entry('authorized', 'failed', 50),
    entry('voided', 'failed', 50),
    entry('authorized', 'unknown'),
    entry('captured', 'unknown'),
    entry('authorized', 'twice', 50),
    entry('captured', 'twice', 50),
  ],
  events: [
    { id: 'sold:completed', type: 'order.completed', subject: 'sold' },
    { id: 'sold:completed', type: 'order.completed', subject: 'sold' },
    { id: 'sold:refunded:1', type: 'order.refunded', subject: 'sold' },
    { id: 'declined:rejected', type: 'order.rejected', subject: 'declined' },
    { id: 'cancelled:cancelled', type: 'order.cancelled', subject: 'cancelled' },
    { id: 'failed:failed', type: 'order.failed', subject: 'failed' },
    { id: 'unknown:completed', type: 'order.completed', subject: 'unknown' },
    { id: 'twice:completed', type: 'order.completed', subject: 'twice' },
  ],
  webhooks: {
    accepted: [
      'sold:completed',
      'sold:refunded:1',
      'declined:rejected',
      'cancelled:cancelled',
      'failed:failed',
      'unknown:completed',
      'twice:completed',
    ],
    forged: 0,
  },
  ended: [
    { order_id: 'declined', status: 'REJECTED', reason: 'PAYMENT_DECLINED' },
    { order_id: 'cancelled', status: 'CANCELLED' },
    { order_id: 'failed', status: 'FAILED', reason: 'RETRIES_EXHAUSTED' },
    { order_id: 'unknown', status: 'COMPLETED' },
    { order_id: 'twice', status: 'COMPLETED' },
  ],
  // The process that decided the first one was killed before it counted it.
  settled: [
    { order_id: 'sold', status: 'COMPLETED' },
    { order_id: 'sold', status: 'COMPLETED' },
    { order_id: 'declined', status: 'REJECTED', reason: 'PAYMENT_DECLINED' },
  ],
  leaks: [],
};
