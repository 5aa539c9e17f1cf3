import { expect, test } from '@jest/globals';
import { systemClock } from '../src/clock.js';

test('reads epoch milliseconds', () => {
  const before = Date.now();
  const now = systemClock();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
