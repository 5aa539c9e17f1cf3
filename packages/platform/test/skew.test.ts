import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../src/logger.js';
import { createRegistry } from '../src/metrics.js';
import {
  boundsOfLease,
  boundsOfResponse,
  decideClaiming,
  estimateSkewMs,
  type SkewBounds,
} from '../src/skew/decide.js';
import { SkewGuard } from '../src/skew/skew-guard.js';
import { ManualTimers } from './manual-timers.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A response that took `tookMs`, to a clock that is `skewMs` ahead. */
const response = (trueMs: number, skewMs: number, tookMs: number) => ({
  sentAtMs: trueMs + skewMs,
  receivedAtMs: trueMs + skewMs + tookMs,
  dateMs: Math.floor((trueMs + tookMs / 2) / 1_000) * 1_000,
});

describe('the estimate', () => {
  test('never claims more skew than there is, and finds most of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -120_000, max: 120_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 900 })), {
          minLength: 1,
          maxLength: 30,
        }),
        (skewMs, calls) => {
          const observed = calls.map(([atMs, tookMs]) =>
            boundsOfResponse(response(NOW + atMs, skewMs, tookMs)),
          );
          const estimate = estimateSkewMs(observed);
          expect(Math.abs(estimate)).toBeLessThanOrEqual(Math.abs(skewMs));
          expect(Math.abs(skewMs - estimate)).toBeLessThanOrEqual(2_000);
          if (estimate !== 0) expect(Math.sign(estimate)).toBe(Math.sign(skewMs));
        },
      ),
    );
  });

  test('follows the newest observation when the clock has jumped', () => {
    const right: SkewBounds = { minMs: -900, maxMs: 100 };
    const ahead: SkewBounds = { minMs: 59_000, maxMs: 60_000 };
    expect(estimateSkewMs([ahead, right, right])).toBe(59_000);
    expect(estimateSkewMs([right, ahead, ahead])).toBe(0);
  });

  test('is zero without observations', () => {
    expect(estimateSkewMs([])).toBe(0);
  });

  test('shows a clock that is behind by leases that were taken in its future', () => {
    expect(estimateSkewMs([boundsOfLease(NOW + 75_000, 15_000, NOW)])).toBe(-60_000);
    expect(estimateSkewMs([boundsOfLease(NOW + 10_000, 15_000, NOW)])).toBe(0);
  });
});

test.each([
  [2_000, 'claim'],
  [-2_000, 'claim'],
  [2_001, 'pause'],
  [-60_000, 'pause'],
])('a skew of %i ms: %s', (skewMs, expected) => {
  expect(decideClaiming(skewMs, 2_000)).toBe(expected);
});

describe('the guard', () => {
  function create() {
    const timers = new ManualTimers();
    const registry = createRegistry();
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger('test', 'info', { write: (line) => lines.push(JSON.parse(line)) });
    const guard = new SkewGuard({ limitMs: 2_000, clock: () => NOW, timers, logger, registry });
    const changes: boolean[] = [];
    guard.onChange((open) => changes.push(open));
    const observe = (skewMs: number) => guard.observer.onResponse(response(NOW, skewMs, 0));
    return { timers, registry, lines, guard, changes, observe };
  }

  test('opens when the clock is off, reports it once, and closes when it is right', async () => {
    const { guard, changes, lines, observe } = create();
    observe(0);
    await guard.check();
    observe(-60_000);
    observe(-60_000);
    expect(guard.isOpen).toBe(true);
    await expect(guard.check()).rejects.toThrow('the clock is off by -60.0 s');
    observe(0);
    expect(changes).toEqual([true, false]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the clock is off: no orders are claimed until it is right',
      'the clock is right again',
    ]);
    guard.close();
  });

  test('exports the skew by source', async () => {
    const { guard, registry, observe } = create();
    observe(61_000);
    guard.observeLease(NOW + 75_000, 15_000);
    const text = await registry.metrics();
    expect(text).toContain('clock_skew_seconds{source="aws"} 60');
    expect(text).toContain('clock_skew_seconds{source="lease"} -60');
    guard.close();
  });

  test('reports a difference from another worker once, and continues', () => {
    const { guard, lines } = create();
    guard.observeLease(NOW + 10_000, 15_000);
    guard.observeLease(NOW + 75_000, 15_000);
    guard.observeLease(NOW + 75_000, 15_000);
    expect(guard.isOpen).toBe(false);
    expect(lines.map(({ msg }) => msg)).toEqual(['the clocks of this worker and of another one differ']);
  });

  test('looks again while nothing else calls AWS', async () => {
    const { guard, timers, observe } = create();
    let skewMs = 60_000;
    let probes = 0;
    await guard.start(async () => {
      probes += 1;
      observe(skewMs);
      throw new Error('an answer with a date nevertheless');
    });
    expect(guard.isOpen).toBe(true);
    await timers.advance(12_000);
    expect(probes).toBe(3);
    skewMs = 0;
    await timers.advance(5_000);
    expect(guard.isOpen).toBe(false);
    await timers.advance(60_000);
    expect(probes).toBe(4);
    guard.close();
  });
});
