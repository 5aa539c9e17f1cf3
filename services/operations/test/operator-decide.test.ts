import { expect, test } from '@jest/globals';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { decideFail } from '../src/operator/decide/fail.js';

const record = (status: OrderRecord['status'], lease_until: number): OrderRecord => ({
  order_id: 'o1',
  status,
  attempt: 1,
  lease_until,
  updated_at: '2026-01-01T00:00:00.000Z',
});

test.each([
  ['nobody has claimed it', undefined, { kind: 'write' }],
  ['the lease has expired', record('PROCESSING', 999), { kind: 'write' }],
  ['the lease ends now', record('PROCESSING', 1_000), { kind: 'wait', until: 1_000 }],
  ['a worker is at it', record('PROCESSING', 5_000), { kind: 'wait', until: 5_000 }],
  ['failed before', record('FAILED', 0), { kind: 'settle' }],
  ['failed before, by a clock that is ahead', record('FAILED', 5_000), { kind: 'wait', until: 5_000 }],
  ['completed', record('COMPLETED', 5_000), { kind: 'refuse', status: 'COMPLETED' }],
  ['rejected', record('REJECTED', 0), { kind: 'refuse', status: 'REJECTED' }],
  ['cancelled', record('CANCELLED', 0), { kind: 'refuse', status: 'CANCELLED' }],
])('failing an order: %s', (_, stood, expected) => {
  expect(decideFail(stood, 1_000)).toEqual(expected);
});
