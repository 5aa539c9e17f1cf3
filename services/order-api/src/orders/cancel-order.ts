/** Cancels an order that is not decided yet. */
import type { Clock } from '@order-pipeline/platform/clock';
import { ProblemError } from '../http/problem.js';
import { isCancelled } from './decide/cancel.js';
import { type Order, toOrder } from './decide/view.js';
import type { OrderStore } from './order-store.js';
import type { StatusFeed } from './status-feed.js';

/** What cancelling needs. */
export interface CancelServices {
  readonly store: OrderStore;
  readonly feed: StatusFeed;
  readonly clock: Clock;
}

/**
 * The cancelled order; cancelling twice is cancelling once. Throws ProblemError alreadyDecided, which carries the
 * order as it was decided, and StoreUnavailableError.
 */
export async function cancelOrder({ store, feed, clock }: CancelServices, orderId: string): Promise<Order> {
  const { cancelled, record } = await store.cancel(orderId, clock());
  if (cancelled) await feed.publish({ order_id: orderId, status: 'CANCELLED' });
  const order = toOrder(orderId, record);
  if (isCancelled(record)) return order;
  throw new ProblemError('alreadyDecided', `The order is ${record.status} already.`, { order });
}
