import { expect, test } from '@jest/globals';
import { isFinal } from '../src/orders.js';
import { decodeStatusChange, encodeStatusChange, statusChannel } from '../src/status-feed.js';

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

test('a status change survives its message, also without the version that older senders left out', () => {
  const change = { order_id: 'o1', status: 'COMPLETED' } as const;
  expect(decodeStatusChange(encodeStatusChange(change))).toEqual(change);
  expect(decodeStatusChange(JSON.stringify(change))).toEqual(change);
});

test.each([
  'not JSON',
  'null',
  '{"order_id":"o1"}',
  '{"order_id":"o1","status":"SHIPPED"}',
  '{"version":2,"order_id":"o1","status":"COMPLETED"}',
])('%s is no status change', (message) => {
  expect(decodeStatusChange(message)).toBeUndefined();
});
