/** Checks that an order is the one that a signed URL was issued for. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { toOrder } from '../decide/view.js';
import { ProblemError } from '../http/problem.js';
import { fingerprintOf } from './fingerprint.js';
import type { OrderStore } from './order-store.js';

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

/** One order as the holder of a signed URL, or its owner, may read it. */
export interface OwnOrder {
  readonly orderId: string;
  /** Reads the record. @throws {ProblemError} `notPlaced`, `notFound` @throws {StoreUnavailableError} */
  readonly find: (orderId: string) => Promise<OrderRecord | undefined>;
  /** True where another body can have the same order id, so that a published status is not sufficient. */
  readonly readEach: boolean;
}

/**
 * Restricts an order to the one that was placed with `fingerprint`. `expire` is called for an order without a record, and may
 * end it.
 */
export function toOwnOrder(
  store: Pick<OrderStore, 'find'>,
  orderId: string,
  fingerprint: string | undefined,
  expire: () => Promise<OrderRecord | undefined> = async () => undefined,
): OwnOrder {
  const find = async (id: string) => {
    const record = (await store.find(id)) ?? (await expire());
    requireOwnBody(record, fingerprint);
    return record;
  };
  return { orderId, find, readEach: fingerprint !== undefined };
}
