/** Ends orders whose message can no longer be in a queue: no worker will ever claim them. */

import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ORDER_MESSAGE_MAX_AGE_MS } from '@order-pipeline/contracts/queues';
import type { Clock } from '@order-pipeline/platform/clock';
import type { ProcessedOrders } from '@order-pipeline/platform/processed-orders';
import type { OrderStore } from './order-store.js';

/** Dependencies of ending unclaimed orders. */
export interface ExpiryDeps {
  readonly store: Pick<OrderStore, 'expire'>;
  /** Life of signed URLs, by which their age is known. */
  readonly pollUrlTtlSeconds: number;
  readonly clock: Clock;
  readonly processed: Pick<ProcessedOrders, 'count'>;
}

/** Returns the final record of an order that is too old to be claimed; `undefined` for one that is not. */
export type ExpireUnclaimed = (
  orderId: string,
  expires: string,
  fingerprint: string | undefined,
) => Promise<OrderRecord | undefined>;

/**
 * Creates the function for orders without a record. FAILED is written, so that a message that arrives later (moved by
 * an operator) meets a final order. The reconciler publishes the event.
 */
export function createExpireUnclaimed({
  store,
  pollUrlTtlSeconds,
  clock,
  processed,
}: ExpiryDeps): ExpireUnclaimed {
  return async (orderId, expires, fingerprint) => {
    const placedMs = readTimeOf(orderId) ?? (Number(expires) - pollUrlTtlSeconds) * 1_000;
    if (clock() - placedMs <= ORDER_MESSAGE_MAX_AGE_MS) return undefined;
    const { expired, record } = await store.expire(orderId, clock(), fingerprint);
    if (expired) processed.count({ order_id: orderId, status: 'FAILED', reason: 'QUEUE_EXPIRED' });
    return record;
  };
}

/** RFC 9562, section 5.7: the first 48 bits of a version 7 UUID are its time. */
const VERSION_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7/;

/** Returns the time in an order's id (epoch milliseconds), where it has one. */
export function readTimeOf(orderId: string): number | undefined {
  const [, high, low] = VERSION_7.exec(orderId) ?? [];
  return high === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
}
