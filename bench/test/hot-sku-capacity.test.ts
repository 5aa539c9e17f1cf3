import { describe, expect, it, test } from '@jest/globals';
import { Bucket, itemSize, ordersPerSecond, readUnits, writeUnits } from '../src/hot-sku/capacity.js';

describe('units', () => {
  it.each([
    [0, 1, 1],
    [1_024, 1, 1],
    [1_025, 2, 1],
    [4_096, 4, 1],
    [4_097, 5, 2],
  ])('of %d bytes: %d to write, %d to read', (bytes, writes, reads) => {
    expect([writeUnits(bytes), readUnits(bytes)]).toEqual([writes, reads]);
  });

  test('count names and values', () => {
    expect(itemSize({ sku: 'MUG', available: 100, holds: { o1: '2:1.a' } })).toBe(6 + 13 + 5 + 3 + 1 + 7);
  });
});

test('the busiest key limits the orders', () => {
  const keys = [
    { readUnits: 100, writeUnits: 25 },
    { readUnits: 0, writeUnits: 50 },
  ];
  expect(ordersPerSecond(100, keys)).toBe(2_000);
  expect(ordersPerSecond(100, [{ readUnits: 300, writeUnits: 50 }])).toBe(1_000);
});

test('a bucket gives a second at most, and fills again with time', () => {
  const bucket = new Bucket(10);
  expect(bucket.take(10, 0)).toBe(true);
  expect(bucket.take(1, 99)).toBe(false);
  expect(bucket.take(1, 100)).toBe(true);
  expect(bucket.take(10, 60_000)).toBe(true);
  expect(bucket.take(1, 60_000)).toBe(false);
});
