import { expect, test } from '@jest/globals';
import { KeyedLimiter } from '../src/deliver/limiter.js';

test('bounds each key by itself', async () => {
  const limiter = new KeyedLimiter(1);
  const release = await limiter.acquire('a', 0);
  expect(release).toBeDefined();
  expect(await limiter.acquire('a', 1)).toBeUndefined();
  expect(await limiter.acquire('b', 0)).toBeDefined();
  release?.();
  expect(await limiter.acquire('a', 0)).toBeDefined();
});

test('gives a free slot to the one that has waited longest, and to one only', async () => {
  const limiter = new KeyedLimiter(1);
  const release = await limiter.acquire('a', 0);
  const order: string[] = [];
  const first = limiter.acquire('a', 10_000).then((free) => {
    order.push('first');
    return free;
  });
  const second = limiter.acquire('a', 10_000).then((free) => {
    order.push('second');
    return free;
  });
  release?.();
  const free = await first;
  expect(order).toEqual(['first']);
  free?.();
  expect(await second).toBeDefined();
  expect(order).toEqual(['first', 'second']);
});
