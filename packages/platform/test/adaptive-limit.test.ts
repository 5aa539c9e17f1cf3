import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LoadSignal, nextLimit } from '../src/adaptive-limit.js';

const OPTIONS = { min: 4, max: 64, step: 1, factor: 0.7 };
const signal = fc.constantFrom<LoadSignal>('congested', 'full', 'spare');
const within = fc.double({ min: OPTIONS.min, max: OPTIONS.max, noNaN: true });

describe('the next limit', () => {
  test('stays within its bounds', () => {
    fc.assert(
      fc.property(within, fc.array(signal, { maxLength: 200 }), (start, signals) => {
        const end = signals.reduce((limit, each) => nextLimit(limit, each, OPTIONS), start);
        return end >= OPTIONS.min && end <= OPTIONS.max;
      }),
    );
  });

  test('falls on congestion, rises when it is reached, and stays otherwise', () => {
    fc.assert(
      fc.property(within, (limit) => {
        expect(nextLimit(limit, 'congested', OPTIONS)).toBeLessThanOrEqual(limit);
        expect(nextLimit(limit, 'full', OPTIONS)).toBeGreaterThanOrEqual(limit);
        expect(nextLimit(limit, 'spare', OPTIONS)).toBe(limit);
      }),
    );
  });

  test('comes to swing around what can be taken, from wherever it starts', () => {
    fc.assert(
      fc.property(within, fc.integer({ min: 8, max: 60 }), (start, capacity) => {
        let limit = start;
        const seen: number[] = [];
        for (let round = 0; round < 300; round += 1) {
          limit = nextLimit(limit, limit > capacity ? 'congested' : 'full', OPTIONS);
          if (round >= 200) seen.push(limit);
        }
        expect(Math.max(...seen)).toBeLessThanOrEqual(capacity + OPTIONS.step);
        expect(Math.min(...seen)).toBeGreaterThanOrEqual(
          Math.min(capacity, 64) * OPTIONS.factor - OPTIONS.step,
        );
      }),
    );
  });
});
