import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type BreakerEvent,
  type BreakerState,
  CLOSED,
  nextBreakerState,
} from '../../src/rpc/decide/breaker.js';

const LIMITS = {
  minFailures: 3,
  minDurationMs: 500,
  probeIntervalMs: 1_000,
  maxProbeIntervalMs: 5_000,
  stableMs: 10_000,
};

/** The state after events at their times, in milliseconds. */
const after = (...events: readonly (readonly [number, BreakerEvent])[]): BreakerState =>
  events.reduce((state, [atMs, event]) => nextBreakerState(state, event, LIMITS, atMs), CLOSED);

/** Failures that open a breaker, from this time on. */
const outage = (atMs: number) => [0, 250, 500].map((delayMs) => [atMs + delayMs, 'call-failed'] as const);

describe('a closed breaker', () => {
  test('opens after enough failures over enough time', () => {
    expect(after(...outage(0))).toEqual({ kind: 'open', probeIntervalMs: 1_000 });
  });

  test('bears a burst of failures at one moment', () => {
    const burst = Array.from({ length: 50 }, () => [7, 'call-failed'] as const);
    expect(after(...burst)).toMatchObject({ kind: 'closed', streak: { failures: 50, sinceMs: 7 } });
  });

  test('bears few failures over a long time', () => {
    expect(after([0, 'call-failed'], [60_000, 'call-failed']).kind).toBe('closed');
  });

  test('starts to count again after a success', () => {
    expect(
      after([0, 'call-failed'], [250, 'call-failed'], [400, 'call-succeeded'], [500, 'call-failed']),
    ).toMatchObject({
      kind: 'closed',
      streak: { failures: 1, sinceMs: 500 },
    });
    expect(after([0, 'call-succeeded'])).toBe(CLOSED);
  });

  test('opens when two health checks in a row fail, some time apart', () => {
    const first = [[0, 'call-failed'] as const, [10, 'check-failed'] as const];
    expect(after(...first, [509, 'check-failed']).kind).toBe('closed');
    const opened = { kind: 'open', probeIntervalMs: 1_000 };
    expect(after(...first, [509, 'check-failed'], [510, 'check-failed'])).toEqual(opened);
  });

  test.each<BreakerEvent>(['call-succeeded', 'check-passed'])(
    'bears failed checks with %s in between',
    (event) => {
      expect(after([0, 'check-failed'], [600, event], [1_200, 'check-failed']).kind).toBe('closed');
    },
  );

  test('bears one failed check, and what comes after it', () => {
    expect(after([0, 'check-failed'], [600, 'call-failed'], [700, 'probe-failed']).kind).toBe('closed');
  });

  test('bears a sick server among healthy ones, however long', () => {
    let state: BreakerState = CLOSED;
    for (let atMs = 0; atMs < 60_000; atMs += 1_000)
      for (const event of ['call-succeeded', 'call-failed', 'check-failed'] as const)
        state = nextBreakerState(state, event, LIMITS, atMs);
    expect(state.kind).toBe('closed');
  });

  test('ignores the result of a late probe', () => {
    expect(after([0, 'probe-failed'], [0, 'probe-succeeded'])).toBe(CLOSED);
  });
});

describe('an open breaker', () => {
  test('ignores calls that were made before', () => {
    const open = after(...outage(0));
    expect(nextBreakerState(open, 'call-succeeded', LIMITS, 600)).toBe(open);
    expect(nextBreakerState(open, 'call-failed', LIMITS, 600)).toBe(open);
    expect(nextBreakerState(open, 'probe-failed', LIMITS, 600)).toBe(open);
    expect(nextBreakerState(open, 'check-failed', LIMITS, 600)).toBe(open);
  });

  test('closes with a probe', () => {
    expect(after(...outage(0), [1_500, 'probe-succeeded']).kind).toBe('closed');
  });

  test('probes less often, up to a limit, the sooner it had to open again', () => {
    const intervals: number[] = [];
    let state: BreakerState = CLOSED;
    for (let atMs = 0; atMs < 6_000; atMs += 1_000) {
      for (const [eventMs, event] of outage(atMs)) state = nextBreakerState(state, event, LIMITS, eventMs);
      if (state.kind === 'open') intervals.push(state.probeIntervalMs);
      state = nextBreakerState(state, 'probe-succeeded', LIMITS, atMs + 600);
    }
    expect(intervals).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  test('probes at its first pace again once it was stable', () => {
    const probed = [600, 'probe-succeeded'] as const;
    expect(after(...outage(0), probed, ...outage(10_100))).toEqual({ kind: 'open', probeIntervalMs: 1_000 });
    expect(after(...outage(0), probed, ...outage(10_000))).toEqual({ kind: 'open', probeIntervalMs: 2_000 });
  });
});

test('only a probe closes it, and only failures open it', () => {
  const events = fc.constantFrom<BreakerEvent>(
    'call-succeeded',
    'call-failed',
    'probe-succeeded',
    'probe-failed',
    'check-passed',
    'check-failed',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2_000), events)), (steps) => {
      let state: BreakerState = CLOSED;
      let nowMs = 0;
      for (const [delayMs, event] of steps) {
        nowMs += delayMs;
        const next = nextBreakerState(state, event, LIMITS, nowMs);
        if (state.kind !== next.kind)
          expect(next.kind === 'open' ? ['call-failed', 'check-failed'] : ['probe-succeeded']).toContain(
            event,
          );
        state = next;
      }
    }),
  );
});
