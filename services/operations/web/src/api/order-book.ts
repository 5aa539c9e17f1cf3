/** The orders that the console knows: a map by id with the latest version of each, bounded in size. */
import type { OrderSummary } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { isFinalStatus } from './status.js';
import { toMs } from './times.js';

/** Keeps the latest version of each order, and the newest orders when there are more than it may keep. */
export class OrderBook {
  readonly #capacity: number;
  readonly #orders = new Map<string, OrderSummary>();

  /** Creates an empty book for `capacity` orders. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of orders. */
  get size(): number {
    return this.#orders.size;
  }

  /** Returns an order by its id. */
  get(orderId: string): OrderSummary | undefined {
    return this.#orders.get(orderId);
  }

  /** Takes versions of orders; one that is older than the known one changes nothing. */
  add(orders: readonly OrderSummary[]): void {
    for (const order of orders) {
      const known = this.#orders.get(order.orderId);
      this.#orders.set(order.orderId, known ? newerOf(known, order) : order);
    }
    this.#trim();
  }

  /** Returns the orders, the newest first. */
  list(): OrderSummary[] {
    return [...this.#orders.values()].toSorted(byNewest);
  }

  /** Drops the oldest tenth at once, so that a full book does not sort with each order. */
  #trim(): void {
    if (this.#orders.size <= this.#capacity) return;
    const kept = this.list().slice(0, Math.floor(this.#capacity * 0.9));
    this.#orders.clear();
    for (const order of kept) this.#orders.set(order.orderId, order);
  }
}

/** Returns the version of an order that is further on; facts that it lacks come from the other. */
function newerOf(known: OrderSummary, other: OrderSummary): OrderSummary {
  const [later, earlier] = isFurther(known, other) ? [known, other] : [other, known];
  return {
    ...later,
    userId: later.userId || earlier.userId,
    currency: later.currency || earlier.currency,
    amount: later.currency ? later.amount : earlier.amount,
    requestId: later.requestId || earlier.requestId,
    traceId: later.traceId || earlier.traceId,
    items: later.items.length > 0 ? later.items : earlier.items,
    ...((later.createdAt ?? earlier.createdAt) && { createdAt: later.createdAt ?? earlier.createdAt }),
  } as OrderSummary;
}

/** A final status is never left; otherwise the status with the higher rank, then the later change, is newer. */
function isFurther(one: OrderSummary, two: OrderSummary): boolean {
  if (isFinalStatus(one.status) !== isFinalStatus(two.status)) return isFinalStatus(one.status);
  if (one.status !== two.status && !isFinalStatus(one.status)) return one.status > two.status;
  return (toMs(one.updatedAt) ?? 0) > (toMs(two.updatedAt) ?? 0);
}

/** Sorts by time of acceptance, then by id, so that the order of rows never depends on arrival. */
function byNewest(one: OrderSummary, two: OrderSummary): number {
  const difference = (toMs(two.createdAt) ?? 0) - (toMs(one.createdAt) ?? 0);
  return difference || (one.orderId < two.orderId ? 1 : -1);
}
