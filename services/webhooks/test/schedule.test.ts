import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideNextAttempt, RETRY_DELAYS_MS } from '../src/deliver/schedule.js';

const DAY_MS = 86_400_000;

test('the attempts of a delivery span three days', () => {
  expect(RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay, 0)).toBe(3 * DAY_MS);
});

test('delays grow until the last one and vary by at most a fifth', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: RETRY_DELAYS_MS.length }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempts, random) => {
        const base = RETRY_DELAYS_MS[attempts - 1] ?? 0;
        const delay = decideNextAttempt({ attempts, random }) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(Math.floor(base * 0.8));
        expect(delay).toBeLessThanOrEqual(Math.ceil(base * 1.2));
      },
    ),
  );
});

test('no attempt follows the last one', () => {
  expect(decideNextAttempt({ attempts: RETRY_DELAYS_MS.length + 1, random: 0.5 })).toBeUndefined();
});

test.each([
  ['a longer Retry-After is honoured', 120_000, 120_000],
  ['a shorter one is not', 1_000, 5_000],
  ['one beyond a day is cut', 10 * DAY_MS, DAY_MS],
])('%s', (_, retryAfterMs, expected) => {
  expect(decideNextAttempt({ attempts: 1, random: 0.5, retryAfterMs })).toBe(expected);
});

test('speed shortens the delays', () => {
  expect(decideNextAttempt({ attempts: 1, random: 0.5, speed: 1_000 })).toBe(5);
});
