import { expect, test } from '@jest/globals';
import { createEpochClock, toHrTime } from '../../src/tracing/span-time.js';

test('times are finer than milliseconds, and follow the machine when its clock is set', () => {
  let wall = 1_700_000_000_000;
  let monotonic = 0.25;
  const now = createEpochClock({ wall: () => wall, monotonic: () => monotonic });
  expect(now()).toBe(wall);
  monotonic += 0.5;
  expect(now()).toBe(1_700_000_000_000.5);
  wall += 3_600_000;
  expect(now()).toBe(wall);
  wall -= 7_200_000;
  monotonic += 1;
  expect(now()).toBe(wall);
});

test.each([
  [1_700_000_000_123.5, [1_700_000_000, 123_500_000]],
  [999.999_999_9, [0, 999_999_999]],
  [0, [0, 0]],
])('%d ms are %j', (milliseconds, expected) => {
  const [seconds, nanos] = toHrTime(milliseconds);
  expect(seconds).toBe(expected[0]);
  expect(Math.abs(nanos - (expected[1] as number))).toBeLessThan(1_000);
  expect(nanos).toBeLessThan(1e9);
});
