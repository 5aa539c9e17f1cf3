/**
 * Appends to the feed of recent orders in batches. Best effort: without Redis entries are dropped, and no caller waits.
 */
import {
  encodeFeedEntry,
  type FeedEntry,
  ORDER_FEED_KEY,
  ORDER_FEED_LENGTH,
} from '@order-pipeline/contracts/order-feed';
import type { Redis } from './redis.js';
import type { Timers } from './timers.js';

/** Dependencies of an {@link OrderFeedWriter}. */
export interface OrderFeedWriterDeps {
  readonly redis: Pick<Redis, 'eval'>;
  readonly timers: Pick<Timers, 'after'>;
}

/** Time that an entry waits for others, in milliseconds. */
const LINGER_MS = 50;

/** Entries of one command. */
const BATCH_SIZE = 500;

/** Entries that wait while Redis is slow; the oldest are dropped first. */
const MAX_WAITING = 10_000;

/** One command for a batch: an entry each, so that the cap counts orders and not batches. */
const APPEND = `for i = 2, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i]) end`;

/** Writes the feed. */
export class OrderFeedWriter {
  readonly #deps: OrderFeedWriterDeps;
  #waiting: FeedEntry[] = [];
  #scheduled = false;
  #flushing: Promise<void> = Promise.resolve();

  constructor(deps: OrderFeedWriterDeps) {
    this.#deps = deps;
  }

  /** Appends an entry soon. Never throws. */
  add(entry: FeedEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#deps.timers.after(LINGER_MS, () => void this.flush());
  }

  /** Appends what waits. Resolves when Redis has it, or when it is dropped. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    this.#scheduled = false;
    const entries = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < entries.length; from += BATCH_SIZE) {
      const texts = entries.slice(from, from + BATCH_SIZE).map(encodeFeedEntry);
      try {
        await this.#deps.redis.eval(APPEND, 1, ORDER_FEED_KEY, ORDER_FEED_LENGTH, ...texts);
      } catch {
        // Dropped: readers fall back to the orders table.
        return;
      }
    }
  }
}
