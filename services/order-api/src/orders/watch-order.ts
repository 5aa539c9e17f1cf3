/** Follows one order: each status once, as soon as it is reached. */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import { type Order, toOrder } from '../decide/view.js';
import { progressOf } from './decide/progress.js';
import type { OrderStore } from './order-store.js';
import type { StatusFeed } from './status-feed.js';

/** Dependencies of following an order. */
export interface WatchServices {
  readonly store: Pick<OrderStore, 'find'>;
  readonly feed: StatusFeed;
  /** True to read the order at each change, also where the published status says enough. */
  readonly readEach?: boolean;
}

/** How often the table is read while Redis tells of changes, in case it lost one. */
const SAFETY_POLL_MS = 10_000;

/** How often the table is read while Redis is away. */
const FALLBACK_POLL_MS = 2_000;

/**
 * Yields the order as it stands and again in each later status, until it is final or `signal` is aborted. Listens
 * before it reads, so that no change falls between. Throws StoreUnavailableError.
 */
export async function* watchOrder(
  { store, feed, readEach = false }: WatchServices,
  orderId: string,
  signal: AbortSignal,
): AsyncGenerator<Order, void, void> {
  const inbox = new Inbox<OrderStatus>();
  const { live, stop } = await feed.listen(orderId, (status) => inbox.put(status));
  const pollMs = live ? SAFETY_POLL_MS : FALLBACK_POLL_MS;
  try {
    let progress = -1;
    let order = toOrder(orderId, await store.find(orderId));
    for (;;) {
      if (progressOf(order.status) > progress) {
        progress = progressOf(order.status);
        yield order;
      }
      if (isFinal(order.status) || signal.aborted) return;
      const heard = await inbox.take(pollMs, signal);
      const brief = heard !== undefined && !isFinal(heard) && !readEach;
      order = brief ? { order_id: orderId, status: heard } : toOrder(orderId, await store.find(orderId));
    }
  } finally {
    stop();
  }
}

/** Holds what was heard until it is taken. */
class Inbox<T> {
  readonly #items: T[] = [];
  #wake = () => {};

  put(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** The oldest item; nothing after `waitMs`, or once `signal` is aborted. */
  async take(waitMs: number, signal: AbortSignal): Promise<T | undefined> {
    if (this.#items.length === 0) await this.#sleep(waitMs, signal);
    return this.#items.shift();
  }

  #sleep(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      signal.addEventListener('abort', wake);
      this.#wake = wake;
      if (signal.aborted) wake();
    });
  }
}

/** The order once it is final, or as it stands when `signal` is aborted. */
export async function awaitFinal(
  services: WatchServices,
  orderId: string,
  signal: AbortSignal,
): Promise<Order> {
  let latest: Order | undefined;
  for await (const order of watchOrder(services, orderId, signal)) latest = order;
  return latest && isFinal(latest.status) ? latest : toOrder(orderId, await services.store.find(orderId));
}
