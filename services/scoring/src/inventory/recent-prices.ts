/** Prices that were read within the last second: one read serves all orders of a SKU in that time. */
import { LruMap } from '@order-pipeline/platform/lru-map';
import type { Price } from './decide.js';

/** Longest age of a price, in milliseconds: an order may be accepted at a price that was changed so long ago. */
export const RECENT_MS = 1_000;

/** SKUs whose price is kept. */
const MAX_SKUS = 10_000;

interface Entry {
  readonly price: Price;
  readonly readAtMs: number;
}

/** Remembers prices for a short time. SKUs without a price are not remembered. */
export class RecentPrices {
  readonly #entries = new LruMap<string, Entry>(MAX_SKUS);
  readonly #now: () => number;

  /** `now` returns monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the price of a SKU; undefined when it was not read within the last second. */
  get(sku: string): Price | undefined {
    const entry = this.#entries.get(sku);
    return entry && this.#now() - entry.readAtMs < RECENT_MS ? entry.price : undefined;
  }

  /** Remembers prices that were asked for at `readAtMs`, by the same clock. */
  set(prices: readonly Price[], readAtMs: number): void {
    for (const price of prices) this.#entries.set(price.sku, { price, readAtMs });
  }

  /** Forgets the price of a SKU. */
  delete(sku: string): void {
    this.#entries.delete(sku);
  }
}
