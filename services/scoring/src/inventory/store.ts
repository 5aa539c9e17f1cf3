/** Stock and holds in DynamoDB: the inventory table as the service uses it. */
import { type Hold, KEY_SEPARATOR, shardKey } from '@order-pipeline/contracts/stock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import { systemTimers, type Timers } from '@order-pipeline/platform/timers';
import { ownHolds } from './decide/holds.js';
import type { OrderLine, Price, Shard } from './decide.js';
import type { Deliveries, Delivery } from './deliveries.js';
import { Holder, type HoldingCall, type LineHolds } from './holding.js';
import { PRICE } from './items.js';
import { RecentPrices } from './recent-prices.js';
import { ShardReader, type Stock } from './shard-reader.js';
import { Transfers } from './transfers.js';
import { giveBack, sell } from './writes.js';

/** Result of a reservation of an order's lines. */
export interface Reserved {
  /** The line that could not be held, if any; the lines after it were not tried. */
  readonly refused?: { readonly sku: string; readonly outcome: Exclude<LineHolds['outcome'], 'held'> };
  /** Everything that the order holds of the lines that were tried. */
  readonly holds: readonly Hold[];
}

/** Result of a confirmation. */
export interface Confirmed {
  /** Holds that this call sold. */
  readonly sold: readonly Hold[];
  /** Holds that were not there: sold by an earlier call, or never held. */
  readonly missing: readonly Hold[];
  /** Other holds of the order at the same shards, which this call returned to stock. */
  readonly returned: readonly Hold[];
}

/** Dependencies of the store. */
export interface InventoryStoreDeps {
  readonly shards: Table<Shard>;
  readonly deliveries: Deliveries;
  /** The machine's by default. */
  readonly timers?: Pick<Timers, 'sleep' | 'now'>;
}

/** The inventory table as the service uses it. */
export class InventoryStore {
  readonly #shards: Table<Shard>;
  readonly #deliveries: Deliveries;
  readonly #reader: ShardReader;
  readonly #holder: Holder;
  readonly #timers: Pick<Timers, 'now'>;
  readonly #recent: RecentPrices;

  constructor({ shards, deliveries, timers = systemTimers }: InventoryStoreDeps) {
    this.#shards = shards;
    this.#deliveries = deliveries;
    this.#reader = new ShardReader(shards);
    this.#timers = timers;
    this.#recent = new RecentPrices(() => timers.now());
    const transfers = new Transfers(shards);
    this.#holder = new Holder({
      ...{ table: shards, reader: this.#reader, transfers, timers },
      onFull: (sku) => this.#recent.delete(sku),
    });
  }

  /**
   * Returns the price list's entries for these SKUs, by SKU; unknown ones are left out. Reads those that this process did not
   * read within the last second, or all of them when they have to be `current`.
   */
  async prices(skus: readonly string[], age: 'recent' | 'current'): Promise<ReadonlyMap<string, Price>> {
    const known = skus.flatMap((sku) => (age === 'recent' ? (this.#recent.get(sku) ?? []) : []));
    const prices = new Map(known.map((price) => [price.sku, price]));
    const keys = skus.filter((sku) => !prices.has(sku) && !sku.includes(KEY_SEPARATOR));
    if (keys.length === 0) return prices;
    const readAtMs = this.#timers.now();
    const read = await this.#shards.getAll(keys, { projection: PRICE });
    this.#recent.set(read, readAtMs);
    for (const price of read) prices.set(price.sku, price);
    return prices;
  }

  /** Returns the SKU's stock, or undefined when the price list does not have it. */
  async find(sku: string): Promise<Stock | undefined> {
    return sku.includes(KEY_SEPARATOR) ? undefined : this.#reader.read(sku);
  }

  /**
   * Holds every line, or all up to the first that cannot be held. Lines are taken one after the other in the order of
   * their SKUs, so that of two orders that want the same last pieces one gets them. What it holds stays held until the
   * order is settled, also when a line is refused or it throws: another call of the order may count on it.
   */
  async hold(
    lines: readonly OrderLine[],
    prices: ReadonlyMap<string, Price>,
    call: HoldingCall,
  ): Promise<Reserved> {
    const holds: Hold[] = [];
    for (const line of lines.toSorted((a, b) => (a.sku < b.sku ? -1 : 1))) {
      const held = await this.#holder.hold(line, prices.get(line.sku)?.shards ?? 1, call);
      holds.push(...held.holds);
      if (held.outcome !== 'held') return { refused: { sku: line.sku, outcome: held.outcome }, holds };
    }
    return { holds };
  }

  /** Returns everything that the order holds of these SKUs. Takes a read unit for each shard. */
  async holdsOf(skus: readonly string[], orderId: string): Promise<readonly Hold[]> {
    const stocks = await Promise.all(skus.map((sku) => this.find(sku)));
    return stocks.flatMap((stock) => (stock ? ownHolds(stock.root.sku, stock.shards, orderId) : []));
  }

  /** Sells exactly these holds, all at once. A different hold of the order in the place of one returns to stock. */
  async confirm(orderId: string, holds: readonly Hold[]): Promise<Confirmed> {
    const results = await Promise.all(
      holds.map(async (hold) => {
        const attempt = await this.#write(hold, sell(orderId, hold));
        if (attempt.written) return { sold: [hold] };
        const other = attempt.current?.holds[orderId];
        if (other === undefined) return { missing: [hold] };
        const stray = { ...hold, token: other };
        const { written } = await this.#write(stray, giveBack(orderId, other));
        return { missing: [hold], returned: written ? [stray] : [] };
      }),
    );
    return {
      sold: results.flatMap(({ sold = [] }) => sold),
      missing: results.flatMap(({ missing = [] }) => missing),
      returned: results.flatMap(({ returned = [] }) => returned),
    };
  }

  /** Returns exactly these holds to stock, in parallel. Returns those that were there. */
  async release(orderId: string, holds: readonly Hold[]): Promise<readonly Hold[]> {
    const attempts = await Promise.all(holds.map((hold) => this.#write(hold, giveBack(orderId, hold.token))));
    return holds.filter((_, index) => attempts[index]?.written);
  }

  /** Adds a delivery, unless it was added before. Returns undefined for a new SKU without a price. */
  async restock(delivery: Delivery): Promise<Stock | undefined> {
    const added = await this.#deliveries.add(delivery);
    this.#recent.delete(delivery.sku);
    return added ? this.#reader.read(delivery.sku) : undefined;
  }

  async #write({ sku, shard }: Hold, write: ConditionalUpdate): Promise<WriteResult> {
    try {
      await this.#shards.update(shardKey(sku, shard), write);
      return { written: true };
    } catch (error) {
      if (error instanceof ConditionFailedError)
        return { written: false, current: error.current as Shard | undefined };
      throw error;
    }
  }
}

/** Result of a conditional write. */
type WriteResult =
  | { readonly written: true }
  | { readonly written: false; readonly current: Shard | undefined };

/** The SKUs of lines. */
export function skusOf(lines: readonly OrderLine[]): string[] {
  return lines.map(({ sku }) => sku);
}
