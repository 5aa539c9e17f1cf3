import { expect, test } from '@jest/globals';
import { RandomPool } from '../src/random-pool.js';

test('hands out no bytes twice, across refills of the pool', () => {
  const pool = new RandomPool();
  const taken = Array.from({ length: 5_000 }, (_, n) =>
    n % 2 === 0 ? pool.takeHex(16) : Buffer.from(pool.take(16)).toString('hex'),
  );
  expect(new Set(taken).size).toBe(taken.length);
  for (const text of taken) expect(text).toMatch(/^[0-9a-f]{32}$/);
});

test('uses all values of a byte', () => {
  const pool = new RandomPool();
  const values = new Set(Array.from({ length: 20_000 }, () => pool.take(1)[0]));
  expect(values.size).toBe(256);
});
