/** The latest orders in memory, kept up to date by the feed. */
import { type FeedEntry, isStatusEntry, type StatusEntry } from '@order-pipeline/contracts/order-feed';
import { isFinal } from '@order-pipeline/contracts/orders';
import { matches, newestFirst, type OrderFilter, type OrderPosition } from '../decide/order-filter.js';
import { fromPlaced, type ListedOrder } from '../orders/listed-order.js';

/** Maximum number of orders; the oldest are dropped first. */
const MAX_ORDERS = 10_000;

/** Called with orders as they change. Must not throw. */
export type OrderListener = (order: ListedOrder) => void;

/** A searchable window on recent orders. */
export class OrderIndex {
  readonly #maxOrders: number;
  readonly #orders = new Map<string, ListedOrder>();
  readonly #listeners = new Set<OrderListener>();

  constructor(maxOrders = MAX_ORDERS) {
    this.#maxOrders = maxOrders;
  }

  /** Number of orders that are known. */
  get size(): number {
    return this.#orders.size;
  }

  /** Time of acceptance of the oldest order that is known, epoch milliseconds; undefined without any. */
  get since(): number | undefined {
    const [oldest] = this.#orders.values();
    return oldest?.createdAt;
  }

  /** Returns an order by its id. */
  get(orderId: string): ListedOrder | undefined {
    return this.#orders.get(orderId);
  }

  /** Calls the listener with each later change. Returns a function that ends this. */
  subscribe(listener: OrderListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies an entry of the feed. Entries come at least once and, between writers, in any order. */
  apply(entry: FeedEntry): void {
    const known = this.#orders.get(entry.order_id);
    if (isStatusEntry(entry)) this.#put(withStatus(known, entry));
    else if (!known) this.#put(fromPlaced(entry));
    else if (known.user_id === '') this.#put({ ...fromPlaced(entry), ...statusOf(known) });
  }

  /** Applies the orders table's version, which is never older than the feed. */
  correct(order: ListedOrder): void {
    const known = this.#orders.get(order.order_id);
    if (!known) return;
    if (known.status === order.status && known.user_id !== '') return;
    this.#put({
      ...order,
      requestId: order.requestId || known.requestId,
      traceId: order.traceId || known.traceId,
    });
  }

  /** Returns orders that match, the newest first, from after `after` on. */
  search(
    filter: OrderFilter,
    limit: number,
    after?: OrderPosition,
  ): { readonly orders: readonly ListedOrder[]; readonly more: boolean } {
    const found = [...this.#orders.values()]
      .filter((order) => matches(order, filter) && (!after || newestFirst(after, order) < 0))
      .sort(newestFirst);
    return { orders: found.slice(0, limit), more: found.length > limit };
  }

  /** Returns the orders of a request id or trace id. */
  ofRequest(id: string): readonly ListedOrder[] {
    return [...this.#orders.values()].filter(({ requestId, traceId }) => requestId === id || traceId === id);
  }

  /** Returns the time of acceptance of the oldest order that is not final, in epoch milliseconds. */
  oldestOpen(): number | undefined {
    let oldest: number | undefined;
    for (const { status, createdAt } of this.#orders.values())
      if (!isFinal(status) && (oldest === undefined || createdAt < oldest)) oldest = createdAt;
    return oldest;
  }

  #put(order: ListedOrder): void {
    if (this.#orders.get(order.order_id) === order) return;
    this.#orders.set(order.order_id, order);
    for (const id of this.#orders.keys()) {
      if (this.#orders.size <= this.#maxOrders) break;
      this.#orders.delete(id);
    }
    for (const listener of this.#listeners) listener(order);
  }
}

function statusOf({ status, reason, attempt, updatedAt }: ListedOrder) {
  return { status, reason, attempt, updatedAt };
}

/** Keeps a final status when older entries arrive late. */
function withStatus(known: ListedOrder | undefined, entry: StatusEntry): ListedOrder {
  if (known && isFinal(known.status)) return known;
  if (
    known?.status === 'PROCESSING' &&
    entry.status === 'PROCESSING' &&
    (entry.attempt ?? 0) <= known.attempt
  )
    return known;
  const createdAt = entry.created_at === undefined ? entry.at : Date.parse(entry.created_at);
  return {
    ...(known ?? UNKNOWN),
    order_id: entry.order_id,
    createdAt: known?.createdAt ?? createdAt,
    status: entry.status,
    reason: entry.reason ?? '',
    attempt: entry.attempt ?? known?.attempt ?? 0,
    updatedAt: entry.at,
  };
}

const UNKNOWN = {
  user_id: '',
  amount: 0,
  currency: '',
  items: [],
  requestId: '',
  traceId: '',
} as const;
