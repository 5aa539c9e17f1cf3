/** The decisions about orders that the console and the operators' commands share. */
import { describe, expect, test } from '@jest/globals';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { type ActionState, allowedActions } from '../src/decide/actions.js';
import { type ExplainedOrder, explain } from '../src/decide/explain.js';
import { type FilteredOrder, matches, newestFirst, type OrderFilter } from '../src/decide/order-filter.js';
import { type TimelinePayment, toAttempts, toTimeline } from '../src/decide/timeline.js';

describe('order filter', () => {
  const order: FilteredOrder = {
    order_id: 'o-1',
    user_id: 'ann',
    status: 'REJECTED',
    reason: 'OUT_OF_STOCK',
    createdAt: 1_000,
  };

  test.each<[OrderFilter, boolean]>([
    [{}, true],
    [{ userId: 'ann' }, true],
    [{ userId: 'bob' }, false],
    [{ statuses: [] }, true],
    [{ statuses: ['PENDING', 'REJECTED'] }, true],
    [{ statuses: ['PENDING'] }, false],
    [{ reason: 'OUT_OF_STOCK' }, true],
    [{ reason: 'UNKNOWN_SKU' }, false],
    [{ createdFrom: 1_000 }, true],
    [{ createdFrom: 1_001 }, false],
    [{ createdBefore: 1_001 }, true],
    [{ createdBefore: 1_000 }, false],
    [{ userId: 'ann', statuses: ['REJECTED'], createdBefore: 1_000 }, false],
  ])('%j: %s', (filter, expected) => {
    expect(matches(order, filter)).toBe(expected);
  });

  test.each([
    [{ createdAt: 2, order_id: 'a' }, { createdAt: 1, order_id: 'b' }, -1],
    [{ createdAt: 1, order_id: 'b' }, { createdAt: 2, order_id: 'a' }, 1],
    [{ createdAt: 1, order_id: 'b' }, { createdAt: 1, order_id: 'a' }, -1],
    [{ createdAt: 1, order_id: 'a' }, { createdAt: 1, order_id: 'b' }, 1],
    [{ createdAt: 1, order_id: 'a' }, { createdAt: 1, order_id: 'a' }, 0],
  ])('%j against %j is %s', (a, b, expected) => {
    expect(newestFirst(a, b)).toBe(expected);
  });
});

describe('allowed actions', () => {
  const state = { leased: false, refundable: 0 };

  test.each<[ActionState, string[]]>([
    [{ ...state, status: 'PENDING' }, ['cancel']],
    [{ ...state, status: 'PROCESSING', leased: true }, ['cancel']],
    [{ ...state, status: 'PROCESSING' }, ['cancel', 'resume', 'fail']],
    [{ ...state, status: 'COMPLETED', paymentProblem: 'CAPTURE_FAILED' }, ['reauthorize', 'write-off']],
    [{ ...state, status: 'COMPLETED', paymentState: 'CAPTURED', refundable: 1 }, ['refund']],
    [{ ...state, status: 'COMPLETED', paymentState: 'CAPTURED' }, []],
    [{ ...state, status: 'COMPLETED', paymentState: 'AUTHORIZED', refundable: 1 }, []],
    [{ ...state, status: 'REJECTED' }, []],
    [{ ...state, status: 'FAILED' }, []],
    [{ ...state, status: 'CANCELLED', refundable: 1 }, []],
  ])('%j allows %j', (given, expected) => {
    expect(allowedActions(given)).toEqual(expected);
  });
});

describe('explanation', () => {
  test.each<[Partial<ExplainedOrder> & Pick<ExplainedOrder, 'status'>, string]>([
    [{ status: 'PENDING' }, 'Accepted. It waits in the queue for a worker.'],
    [{ status: 'PROCESSING', leased: true, firstError: 'x' }, 'A worker is at it.'],
    [
      { status: 'PROCESSING', leased: false },
      'Its worker has gone. The next delivery of its message continues it.',
    ],
    [
      { status: 'PROCESSING', firstError: 'boom' },
      'An attempt failed. The next delivery of its message continues it.',
    ],
    [{ status: 'COMPLETED' }, 'Sold and charged.'],
    [
      { status: 'COMPLETED', paymentProblem: 'CAPTURE_FAILED' },
      'Sold, but not charged: the authorization was gone. Authorize the payment again, or write it off.',
    ],
    [{ status: 'COMPLETED', paymentProblem: 'WRITTEN_OFF' }, 'Sold, and its charge was written off.'],
    [
      { status: 'COMPLETED', paymentProblem: 'WRITTEN_OFF', note: 'goodwill' },
      'Sold, and its charge was written off. Reason: goodwill',
    ],
    [
      { status: 'REJECTED', reason: 'PAYMENT_DECLINED' },
      'The payment provider declined the payment. Nothing is held.',
    ],
    [{ status: 'REJECTED', reason: 'NEW_RULE' }, 'Rejected: NEW_RULE.'],
    [
      { status: 'FAILED', reason: 'QUEUE_EXPIRED', note: 'not shown' },
      'No worker claimed it before its message expired. Nothing was charged.',
    ],
    [
      { status: 'FAILED', reason: 'RETRIES_EXHAUSTED', note: '' },
      'An operator gave it up. What it held was released.',
    ],
    [
      { status: 'FAILED', reason: 'RETRIES_EXHAUSTED', note: 'poison' },
      'An operator gave it up. What it held was released. Reason: poison',
    ],
    [{ status: 'CANCELLED' }, 'Cancelled before it was decided. What it held was released.'],
  ])('%j', (order, expected) => {
    expect(explain({ reason: '', ...order })).toBe(expected);
  });
});

describe('timeline', () => {
  const T0 = Date.parse('2026-01-01T00:00:00.000Z');
  const at = (ms: number) => new Date(T0 + ms).toISOString();
  const record: OrderRecord = {
    order_id: 'o-1',
    status: 'COMPLETED',
    attempt: 1,
    lease_until: 0,
    created_at: at(0),
    updated_at: at(500),
  };
  const captured: TimelinePayment = { state: 'CAPTURED', decline_code: '', updated_at: at(600) };
  const tell = (given: OrderRecord, payment?: TimelinePayment) =>
    toTimeline(given, payment, toAttempts(given, payment)).map(
      ({ kind, at: end, result, detail, attempt }) =>
        `${end - T0} ${[kind, result, detail].filter(Boolean).join(' ')} #${attempt}`,
    );

  test('a sold order: each step at its end, the settlement and its refunds', () => {
    const sold: OrderRecord = {
      ...record,
      fraud_score: 0.1,
      timeline: [
        {
          at: T0 + 10,
          steps: [
            ['reserve', 0, 5, 'RESERVED'],
            ['score', 0, 5, 'OK'],
            ['authorize', 5, 20, 'AUTHORIZED'],
            ['decide', 25, 5, 'COMPLETED'],
          ],
        },
      ],
    };
    const refunds = [
      { refund_id: 'r-1', state: 'DONE', updated_at: at(900) },
      { refund_id: 'r-2', state: 'PENDING', updated_at: at(950) },
      { refund_id: 'r-3', state: 'DONE' },
    ];
    expect(tell(sold, { ...captured, refunds })).toEqual([
      '0 ACCEPTED #0',
      '10 CLAIMED #1',
      '15 SCORED OK score 0.10 #1',
      '15 RESERVED RESERVED #1',
      '35 AUTHORIZED AUTHORIZED #1',
      '40 DECIDED COMPLETED #1',
      '600 SETTLED CAPTURED #1',
      '900 REFUNDED DONE r-1 #0',
    ]);
  });

  test.each<[TimelinePayment | undefined, string]>([
    [{ state: 'VOIDED', decline_code: 'lost_card', updated_at: at(90) }, 'DECLINED lost_card'],
    [undefined, 'DECLINED'],
  ])('a declined payment with the ledger entry %j', (payment, expected) => {
    const declined: OrderRecord = {
      ...record,
      status: 'REJECTED',
      reason: 'PAYMENT_DECLINED',
      timeline: [
        {
          at: T0 + 10,
          steps: [
            ['score', 0, 2, 'UNAVAILABLE'],
            ['authorize', 5, 20, 'DECLINED'],
            ['decide', 25, 5, 'REJECTED'],
          ],
        },
      ],
    };
    expect(tell(declined, payment).slice(1, 5)).toEqual([
      '10 CLAIMED #1',
      '12 SCORED UNAVAILABLE #1',
      `35 AUTHORIZED ${expected} #1`,
      '40 DECIDED REJECTED PAYMENT_DECLINED #1',
    ]);
  });

  test('attempts are counted back from the last one, and end with their error', () => {
    const failing: OrderRecord = {
      ...record,
      status: 'PROCESSING',
      attempt: 5,
      timeline: [
        { at: T0 + 10, error: 'early' },
        { at: T0 + 20, steps: [['reserve', 1, 4, 'RESERVED']], error: 'late' },
        { at: T0 + 50 },
      ],
    };
    expect(toAttempts(failing, undefined)).toMatchObject([
      { number: 3, claimedAt: T0 + 10, error: 'early' },
      { number: 4, claimedAt: T0 + 20, error: 'late' },
      { number: 5, claimedAt: T0 + 50, error: '' },
    ]);
    expect(tell(failing, captured)).toEqual([
      '0 ACCEPTED #0',
      '10 CLAIMED #3',
      '10 ATTEMPT_FAILED early #3',
      '20 CLAIMED #4',
      '25 RESERVED RESERVED #4',
      '25 ATTEMPT_FAILED late #4',
      '50 CLAIMED #5',
    ]);
  });

  test('an attempt has a number of at least 1', () => {
    expect(toAttempts({ ...record, attempt: 0, timeline: [{ at: T0 }] }, undefined)[0]?.number).toBe(1);
  });

  const { created_at: _, ...unclaimed } = record;
  test.each<[string, OrderRecord, TimelinePayment | undefined, string[]]>([
    ['cancelled before a claim', { ...unclaimed, status: 'CANCELLED' }, undefined, ['500 CANCELLED #0']],
    [
      'failed by an operator',
      { ...record, status: 'FAILED', reason: 'RETRIES_EXHAUSTED', failure_note: 'poison' },
      { state: 'AUTHORIZED', decline_code: '', updated_at: at(1) },
      ['0 ACCEPTED #0', '500 FAILED RETRIES_EXHAUSTED poison #0'],
    ],
    [
      'failed, without words, and released',
      { ...record, status: 'FAILED' },
      { state: 'VOIDED', decline_code: '', updated_at: at(500) },
      ['0 ACCEPTED #0', '500 FAILED #0', '500 SETTLED VOIDED #1'],
    ],
  ])('an order %s', (_name, given, payment, expected) => {
    expect(tell(given, payment)).toEqual(expected);
  });
});
