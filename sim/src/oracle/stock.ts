/** Reads the items of the inventory table: the one place that knows their form. */
import { parseShardKey, piecesOf } from '@order-pipeline/contracts/stock';
import type { Item } from '../cloud/dynamo/values.js';

/** Pieces of a SKU. */
export interface StockCount {
  readonly sku: string;
  /** Pieces that can be held, those between two shards included. */
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

interface ShardItem {
  readonly sku: string;
  readonly available: number;
  readonly holds: Readonly<Record<string, string>>;
  readonly sold: number;
  readonly transfer?: { readonly to: number; readonly quantity: number; readonly seq: number };
  readonly received_seq?: number;
}

/** Counts the pieces of each SKU over all its shards. */
export function countStock(items: readonly Item[]): StockCount[] {
  const shards = items.filter(isShard);
  const received = new Map(shards.map(({ sku, received_seq }) => [sku, received_seq ?? 0]));
  const counts = new Map<string, { available: number; held: number; sold: number }>();
  for (const shard of shards) {
    const { sku } = parseShardKey(shard.sku);
    const count = counts.get(sku) ?? { available: 0, held: 0, sold: 0 };
    count.available += shard.available + underWay(sku, shard, received);
    count.held += Object.values(shard.holds).reduce((sum, token) => sum + piecesOf(token), 0);
    count.sold += shard.sold;
    counts.set(sku, count);
  }
  return [...counts].map(([sku, count]) => ({ sku, ...count }));
}

/** The notes of deliveries are in the same table. */
function isShard(item: Item): item is Item & ShardItem {
  return typeof item.available === 'number';
}

function underWay(sku: string, { transfer }: ShardItem, received: ReadonlyMap<string, number>): number {
  if (!transfer || (received.get(`${sku}#${transfer.to}`) ?? 0) >= transfer.seq) return 0;
  return transfer.quantity;
}
