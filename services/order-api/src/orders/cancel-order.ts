/** Cancels an order that is not decided yet. */

import { isCancelled } from '@order-pipeline/order-protocol/decide/cancel';
import type { Clock } from '@order-pipeline/platform/clock';
import type { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import type { ProcessedOrders } from '@order-pipeline/platform/processed-orders';
import { type Order, toOrder } from '../decide/view.js';
import { ProblemError } from '../http/problem.js';
import type { OrderStore } from './order-store.js';
import { requireOwnBody } from './own-body.js';
import type { StatusFeed } from './status-feed.js';

/** Dependencies of cancelling. */
export interface CancelServices {
  readonly store: OrderStore;
  readonly feed: StatusFeed;
  readonly orderFeed: Pick<OrderFeedWriter, 'add'>;
  readonly clock: Clock;
  readonly processed: Pick<ProcessedOrders, 'count'>;
}

/**
 * Returns the cancelled order. Idempotent. `fingerprint` is the one in the signed URL.
 *
 * @throws {ProblemError} `alreadyDecided` with the order as it was decided, `notPlaced` with the order placed instead.
 * @throws {StoreUnavailableError} when DynamoDB does not respond.
 */
export async function cancelOrder(
  { store, feed, orderFeed, clock, processed }: CancelServices,
  orderId: string,
  fingerprint: string | undefined,
): Promise<Order> {
  const { cancelled, record } = await store.cancel(orderId, clock(), fingerprint);
  requireOwnBody(record, fingerprint);
  if (cancelled) {
    processed.count({ order_id: orderId, status: 'CANCELLED' });
    orderFeed.add({ order_id: orderId, status: 'CANCELLED', at: clock(), created_at: record.created_at });
    await feed.publish({ order_id: orderId, status: 'CANCELLED' });
  }
  const order = toOrder(orderId, record);
  if (isCancelled(record)) return order;
  throw new ProblemError('alreadyDecided', `The order is ${record.status} already.`, { order });
}
