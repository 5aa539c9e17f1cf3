/** Reads all shards of a SKU. */
import { parseShardKey, shardKey } from '@order-pipeline/contracts/stock';
import type { Table } from '@order-pipeline/platform/dynamo/table';
import { allShards } from './decide/shards.js';
import type { RootShard, Shard, ShardView } from './decide.js';
import { isRoot } from './items.js';

/** A SKU as consistent reads found it. */
export interface Stock {
  readonly root: RootShard;
  /** Every shard that was ever used, the root included, by number. */
  readonly shards: readonly ShardView[];
}

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

/** Reads shards. A read of all takes one read unit for each shard. */
export class ShardReader {
  readonly #table: Table<Shard>;

  constructor(table: Table<Shard>) {
    this.#table = table;
  }

  /** Returns the SKU's shards, or undefined when the price list does not have it. */
  async read(sku: string): Promise<Stock | undefined> {
    const root = await this.#table.get(sku);
    if (!root || !isRoot(root)) return undefined;
    const keys = allShards(root.shards)
      .slice(1)
      .map((shard) => shardKey(sku, shard));
    const batches = Array.from({ length: Math.ceil(keys.length / BATCH_SIZE) }, (_, batch) =>
      this.#table.getAll(keys.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)),
    );
    const items = [root, ...(await Promise.all(batches)).flat()];
    const shards = items.map((item) => ({ shard: parseShardKey(item.sku).shard, item }));
    return { root, shards: shards.toSorted((a, b) => a.shard - b.shard) };
  }
}
