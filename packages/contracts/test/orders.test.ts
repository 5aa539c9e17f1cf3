import { expect, test } from '@jest/globals';
import { isFinal } from '../src/orders.js';
import { statusChannel } from '../src/status-feed.js';

test.each([
  ['PENDING', false],
  ['PROCESSING', false],
  ['COMPLETED', true],
  ['REJECTED', true],
  ['FAILED', true],
  ['CANCELLED', true],
] as const)('%s is final: %s', (status, final) => {
  expect(isFinal(status)).toBe(final);
});

test('each order has a channel of its own', () => {
  expect(statusChannel('o1')).toBe('order:o1');
});
