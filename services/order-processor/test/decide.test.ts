import { describe, expect, test } from '@jest/globals';
import { Decision } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { decideLost, decideRefusal, SETTLEMENTS } from '@order-pipeline/order-protocol/decide/claim';
import {
  decideBeforePayment,
  decideByPayment,
  UnknownAnswerError,
} from '@order-pipeline/order-protocol/decide/outcome';
import fc from 'fast-check';
import { acknowledgeFailure } from '../src/decide/acknowledgement.js';
import { backoffMs, toRetryClass } from '../src/decide/retry.js';

const rejected = (reason: string) => ({ status: 'REJECTED', reason });

describe('before payment', () => {
  const { RESERVED, OUT_OF_STOCK, UNKNOWN_SKU, AMOUNT_MISMATCH } = ReserveOutcome;
  const { ACCEPT, REJECT } = Decision;
  test.each([
    ['both pass', RESERVED, ACCEPT, undefined],
    ['no items', undefined, ACCEPT, undefined],
    ['no items, fraud', undefined, REJECT, rejected('FRAUD_SUSPECTED')],
    ['out of stock', OUT_OF_STOCK, ACCEPT, rejected('OUT_OF_STOCK')],
    ['unknown item', UNKNOWN_SKU, ACCEPT, rejected('UNKNOWN_SKU')],
    ['another total', AMOUNT_MISMATCH, ACCEPT, rejected('AMOUNT_MISMATCH')],
    ['fraud', RESERVED, REJECT, rejected('FRAUD_SUSPECTED')],
    ['stock goes before fraud', OUT_OF_STOCK, REJECT, rejected('OUT_OF_STOCK')],
  ])('%s', (_, reserved, scored, expected) => {
    expect(decideBeforePayment(reserved, scored)).toEqual(expected);
  });

  test.each([
    ['Reserve', ReserveOutcome.UNSPECIFIED, Decision.ACCEPT],
    ['Reserve', 99 as ReserveOutcome, Decision.ACCEPT],
    ['Score', ReserveOutcome.RESERVED, Decision.UNSPECIFIED],
  ])('an unknown response of %s decides nothing', (_, reserved, scored) => {
    expect(() => decideBeforePayment(reserved, scored)).toThrow(UnknownAnswerError);
  });
});

describe('by payment', () => {
  test.each([
    [PaymentState.AUTHORIZED, { status: 'COMPLETED' }],
    [PaymentState.CAPTURED, { status: 'COMPLETED' }],
    [PaymentState.DECLINED, rejected('PAYMENT_DECLINED')],
  ])('%s', (state, expected) => {
    expect(decideByPayment(state)).toEqual(expected);
  });

  test.each([
    ['authentication_required', 'AUTHENTICATION_REQUIRED'],
    ['insufficient_funds', 'PAYMENT_DECLINED'],
  ])('a decline with %s', (code, reason) => {
    expect(decideByPayment(PaymentState.DECLINED, code)).toEqual(rejected(reason));
    expect(decideByPayment(PaymentState.AUTHORIZED, code)).toEqual({ status: 'COMPLETED' });
  });

  test.each([PaymentState.VOIDED, PaymentState.UNSPECIFIED, undefined])('%s decides nothing', (state) => {
    expect(() => decideByPayment(state)).toThrow(UnknownAnswerError);
  });
});

describe('a refused claim', () => {
  const record = (status: OrderRecord['status'], lease_until: number): OrderRecord => ({
    order_id: 'o1',
    status,
    attempt: 1,
    lease_until,
    updated_at: '2026-01-01T00:00:00.000Z',
  });

  test.each([
    ['a live lease waits', record('PROCESSING', 2_000), { kind: 'leased', leaseUntil: 2_000 }],
    [
      'a final order waits for the lease, too',
      record('COMPLETED', 2_000),
      { kind: 'leased', leaseUntil: 2_000 },
    ],
    ['a final order is settled', record('CANCELLED', 999), { kind: 'final', status: 'CANCELLED' }],
    [
      'a lease that just expired is tried again',
      record('PROCESSING', 999),
      { kind: 'leased', leaseUntil: 1_000 },
    ],
  ])('%s', (_, stood, expected) => {
    expect(decideRefusal(stood, 1_000)).toEqual(expected);
  });

  test.each([
    ['its own decision is final', record('COMPLETED', 5), 1, { kind: 'stands', status: 'COMPLETED' }],
    ['the client was first', record('CANCELLED', 5), 1, { kind: 'stands', status: 'CANCELLED' }],
    ['another attempt runs', { ...record('PROCESSING', 5), attempt: 2 }, 1, { kind: 'taken', leaseUntil: 5 }],
    [
      'another attempt decided',
      { ...record('COMPLETED', 5), attempt: 2 },
      1,
      { kind: 'taken', leaseUntil: 5 },
    ],
  ])('a lost decision: %s', (_, stood, attempt, expected) => {
    expect(decideLost(stood, attempt)).toEqual(expected);
  });

  test('only a completed order is charged', () => {
    expect(SETTLEMENTS).toEqual({ COMPLETED: 'charge', REJECTED: 'undo', FAILED: 'undo', CANCELLED: 'undo' });
  });
});

describe('retry', () => {
  test.each([
    ['MalformedOrderEventError', 'poison'],
    ['invalid_argument', 'poison'],
    ['unavailable', 'later'],
    ['deadline_exceeded', 'later'],
    ['failed_precondition', 'later'],
    ['ThrottlingException', 'later'],
    ['TypeError', 'bug'],
    ['unimplemented', 'bug'],
  ])('%s is %s', (name, expected) => {
    expect(toRetryClass(name)).toBe(expected);
  });

  test('backoff never ends before the lease and never exceeds the cap after it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: -60_000, max: 60_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (receives, leaseLeft, random) => {
          const delay = backoffMs(receives, leaseLeft, random);
          expect(delay).toBeGreaterThanOrEqual(Math.max(0, leaseLeft));
          expect(delay).toBeLessThanOrEqual(Math.max(0, leaseLeft) + 60_000);
        },
      ),
    );
  });

  test.each([
    [1, 1_000],
    [2, 2_000],
    [4, 8_000],
    [10, 60_000],
  ])('the %s. backoff is up to %s ms', (receives, ceiling) => {
    expect(backoffMs(receives, 0, 0.5)).toBe(ceiling / 2);
  });
});

describe('acknowledgement of a failure', () => {
  const failure = { receiveCount: 1, leaseLeftMs: 500, outage: false } as const;
  test.each([
    [
      'poison is dead-lettered at once',
      { ...failure, retryClass: 'poison' },
      { kind: 'dead-letter', reason: 'POISON' },
    ],
    ['a failure is retried', { ...failure, retryClass: 'later' }, { kind: 'later', delayMs: 1_000 }],
    ['a bug is retried', { ...failure, retryClass: 'bug' }, { kind: 'later', delayMs: 1_000 }],
    [
      'the worker waits during an outage, at the last receive too',
      { ...failure, retryClass: 'later', receiveCount: 5, outage: true },
      { kind: 'wait', delayMs: 1_000 },
    ],
    [
      'the last failure does not',
      { ...failure, retryClass: 'later', receiveCount: 5 },
      { kind: 'dead-letter', reason: 'RETRIES_EXHAUSTED' },
    ],
  ] as const)('%s', (_, given, expected) => {
    expect(acknowledgeFailure(given, 5, 0.5)).toEqual(expected);
  });
});
