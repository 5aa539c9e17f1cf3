/** Checks that an order is the one that a signed URL was issued for. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { toOrder } from '../decide/view.js';
import { ProblemError } from '../http/problem.js';
import { fingerprintOf } from './fingerprint.js';
import type { WatchServices } from './watch-order.js';

/**
 * Checks a record against the fingerprint in a signed URL. They differ when two bodies were sent under one
 * Idempotency-Key while Redis had lost the key and the first was still in the queue: the body that is claimed first is
 * the order, the other is never placed.
 *
 * @throws {ProblemError} `notPlaced`, with the order that was placed instead.
 */
export function requireOwnBody(record: OrderRecord | undefined, fingerprint: string | undefined): void {
  if (!record || fingerprint === undefined) return;
  const placed = fingerprintOf(record);
  if (placed === undefined || placed === fingerprint) return;
  throw new ProblemError(
    'notPlaced',
    'This order was not placed: another body with the same Idempotency-Key is `order`.',
    { order: toOrder(record.order_id, record) },
  );
}

/** Returns the dependencies of following an order, restricted to the order placed with `fingerprint`. */
export function watchOwnBody({ store, feed }: WatchServices, fingerprint: string | undefined): WatchServices {
  const find = async (orderId: string) => {
    const record = await store.find(orderId);
    requireOwnBody(record, fingerprint);
    return record;
  };
  return { store: { find }, feed, readEach: fingerprint !== undefined };
}
