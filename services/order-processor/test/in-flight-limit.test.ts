import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { afterOrder, type FinishedOrder, type LimitState } from '../src/decide/in-flight-limit.js';

const BOUNDS = { min: 4, max: 64 };
const GOOD: FinishedOrder = { durationMs: 50, failed: false, full: true };
const FAILED: FinishedOrder = { durationMs: 50, failed: true, full: true };
const SLOW: FinishedOrder = { durationMs: 5_001, failed: false, full: true };

const run = (state: LimitState, orders: readonly FinishedOrder[]) =>
  orders.reduce((current, order) => afterOrder(current, order, BOUNDS), state);
const times = (count: number, order: FinishedOrder) => Array.from({ length: count }, () => order);

describe('the limit of orders in flight', () => {
  test('stays within its bounds, whatever happens', () => {
    const order = fc.record({ durationMs: fc.nat(20_000), failed: fc.boolean(), full: fc.boolean() });
    fc.assert(
      fc.property(fc.array(order, { maxLength: 500 }), (orders) => {
        const { limit, settling } = run({ limit: 64, settling: 0 }, orders);
        expect(limit).toBeGreaterThanOrEqual(BOUNDS.min);
        expect(limit).toBeLessThanOrEqual(BOUNDS.max);
        expect(settling).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test.each([
    ['failed', FAILED],
    ['slow', SLOW],
  ])('falls once for a generation of %s orders', (_, order) => {
    const once = run({ limit: 60, settling: 0 }, times(1, order));
    expect(once.limit).toBe(42);
    expect(run(once, times(60, order)).limit).toBe(42);
    expect(run(once, times(61, order)).limit).toBeCloseTo(29.4);
  });

  test('falls to its least while every order fails, and rises by one for each generation that goes well', () => {
    const least = run({ limit: 64, settling: 0 }, times(2_000, FAILED));
    expect(least.limit).toBe(4);
    const later = run({ ...least, settling: 0 }, times(4, GOOD));
    expect(later.limit).toBeGreaterThan(4.9);
    expect(later.limit).toBeLessThanOrEqual(5);
    expect(run(later, times(10_000, GOOD)).limit).toBe(64);
  });

  test('does not rise while it is not reached', () => {
    expect(run({ limit: 10, settling: 0 }, times(100, { ...GOOD, full: false })).limit).toBe(10);
  });
});
