import { describe, expect, test } from '@jest/globals';
import { isFinal, type OrderRecord } from '@order-pipeline/contracts/orders';
import type { Hold } from '@order-pipeline/contracts/stock';
import fc from 'fast-check';
import { decideVerdict, isOverdue } from '../src/reconcile/decide.js';

const AGE_MS = 900_000;
const NOW = 10_000_000;
const ITEMS = [{ sku: 'MUG-01', quantity: 2 }];

function order(changes: Partial<OrderRecord>): OrderRecord {
  return {
    order_id: 'o1',
    status: 'PROCESSING',
    attempt: 1,
    lease_until: 1,
    items: ITEMS,
    updated_at: '1970-01-01T00:00:00.000Z',
    ...changes,
  };
}

const HOLD: Hold = { sku: 'MUG-01', shard: 0, token: '2:1.a', quantity: 2 };
const found = { since: 1 };

describe('decideVerdict', () => {
  test.each(['COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'] as const)('settles what is %s', (status) => {
    const settle = { action: 'settle', status, order: { order_id: 'o1', items: ITEMS } };
    expect(decideVerdict(found, order({ status }), NOW, AGE_MS)).toEqual(settle);
    expect(decideVerdict(found, order({ status, lease_until: NOW - 1 }), NOW, AGE_MS)).toEqual(settle);
  });

  test.each(['PROCESSING', 'COMPLETED', 'CANCELLED'] as const)('leaves a live lease alone: %s', (status) => {
    expect(decideVerdict(found, order({ status, lease_until: NOW }), NOW, AGE_MS)).toEqual({
      action: 'leave',
    });
  });

  test.each([
    ['a moment ago', NOW - 1, { action: 'leave' }],
    ['as long ago as the limit', NOW - AGE_MS, { action: 'leave' }],
    ['longer ago', NOW - AGE_MS - 1, { action: 'report', reason: 'STUCK' }],
  ])('an undecided order whose lease has expired %s', (_, lease_until, verdict) => {
    expect(decideVerdict(found, order({ lease_until }), NOW, AGE_MS)).toEqual(verdict);
  });

  test('voids an authorization that no ledger entry knows, and reports a charge that is not ours', () => {
    expect(decideVerdict({ match: 'stray' }, order({}), NOW, AGE_MS)).toEqual({ action: 'void' });
    expect(decideVerdict({ match: 'differs' }, order({}), NOW, AGE_MS)).toEqual({
      action: 'report',
      reason: 'NOT_CHARGED',
    });
  });

  test('reports findings without an order', () => {
    const report = { action: 'report', reason: 'NO_ORDER' };
    const { items: _, ...neverClaimed } = order({ status: 'CANCELLED', lease_until: 0 });
    expect(decideVerdict(found, undefined, NOW, AGE_MS)).toEqual(report);
    expect(decideVerdict(found, neverClaimed, NOW, AGE_MS)).toEqual(report);
  });

  test.each([
    ['of the decision', HOLD, [HOLD], 'settle'],
    ['with another token', { ...HOLD, token: '2:1.late' }, [HOLD], 'release'],
    ['at another shard', { ...HOLD, shard: 3 }, [HOLD], 'release'],
    ['of a decision that counted on none', HOLD, [], 'release'],
    ['of an order that recorded none', HOLD, undefined, 'settle'],
  ] as const)('a hold %s', (_, hold, holds, action) => {
    for (const status of ['COMPLETED', 'REJECTED'] as const) {
      const record = order({ status, ...(holds && { holds }) });
      expect(decideVerdict({ hold }, record, NOW, AGE_MS)).toMatchObject({ action, status });
    }
  });

  test('a hold of an order that was decided a moment ago is left to its worker', () => {
    const updated_at = new Date(NOW - AGE_MS).toISOString();
    const record = order({ status: 'COMPLETED', updated_at, holds: [] });
    expect(decideVerdict({ hold: HOLD }, record, NOW, AGE_MS)).toEqual({ action: 'leave' });
    expect(decideVerdict({ hold: HOLD }, record, NOW + 1, AGE_MS)).toMatchObject({ action: 'release' });
  });
});

describe('for any record', () => {
  const time = fc.integer({ min: 0, max: 2 * NOW });
  const records = fc.record({
    status: fc.constantFrom<OrderRecord['status']>(
      'PROCESSING',
      'COMPLETED',
      'REJECTED',
      'FAILED',
      'CANCELLED',
    ),
    lease_until: time,
    attempt: fc.nat(),
  });

  test('only a decided order without a live lease is settled, and as it was decided', () => {
    fc.assert(
      fc.property(records, time, fc.nat(NOW), (changes, now, ageMs) => {
        const record = order(changes);
        const verdict = decideVerdict({ since: -1 }, record, now, ageMs);
        const mayBeSettled = isFinal(record.status) && record.lease_until < now;
        expect(verdict.action === 'settle').toBe(mayBeSettled && isOverdue(-1, now, ageMs));
        if (verdict.action === 'settle') expect(verdict.status).toBe(record.status);
      }),
    );
  });

  test('as time passes, what was left is settled or reported, and stays so', () => {
    const rank = { leave: 0, report: 1, settle: 1 };
    fc.assert(
      fc.property(records, time, time, fc.nat(NOW), (changes, now, later, ageMs) => {
        const [first, second] = [now, now + later].map(
          (moment) => decideVerdict({ since: 0 }, order(changes), moment, ageMs).action,
        ) as [keyof typeof rank, keyof typeof rank];
        expect(rank[second]).toBeGreaterThanOrEqual(rank[first]);
      }),
    );
  });
});

test.each([
  [99, true],
  [100, false],
  [101, false],
])('isOverdue: of %d at 150, given 50, is %s', (since, overdue) => {
  expect(isOverdue(since, 150, 50)).toBe(overdue);
});
