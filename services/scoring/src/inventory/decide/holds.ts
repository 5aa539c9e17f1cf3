/** Chooses among the holds of an order. Their tokens are described in `contracts/stock`. */
import { type Hold, piecesOf } from '@order-pipeline/contracts/stock';

/**
 * Chooses holds that cover `quantity` pieces, the largest first; the last one may be needed in part. Returns undefined
 * when they do not cover it.
 */
export function chooseHolds(holds: readonly Hold[], quantity: number): readonly Hold[] | undefined {
  const chosen: Hold[] = [];
  let open = quantity;
  for (const hold of holds.toSorted((a, b) => b.quantity - a.quantity || a.shard - b.shard)) {
    if (open === 0) break;
    const needed = Math.min(open, hold.quantity);
    chosen.push({ ...hold, quantity: needed });
    open -= needed;
  }
  return open === 0 ? chosen : undefined;
}

/** A shard's number and its holds. */
interface HoldingShard {
  readonly shard: number;
  readonly item: { readonly holds: Readonly<Record<string, string>> };
}

/** Returns what an order holds of a SKU. */
export function ownHolds(sku: string, shards: readonly HoldingShard[], orderId: string): readonly Hold[] {
  return shards.flatMap(({ shard, item }) => {
    const token = item.holds[orderId];
    return token === undefined ? [] : [{ sku, shard, token, quantity: piecesOf(token) }];
  });
}
