/**
 * Shards of a SKU's stock.
 *
 * A DynamoDB partition key takes 1,000 write units a second, and a write costs one unit for each KB of its item. So a
 * SKU's stock is spread over items of less than 1 KB: the root (`MUG-01`, shard 0), which also has the price and the
 * number of shards, and `MUG-01#1`, `MUG-01#2` and so on. An order starts at the shard that its id hashes to.
 *
 *     shards:   1        2            4
 *               0   ->   0   1   ->   0   1   2   3
 *                            ^                ^   ^
 *                            from 0      from 0   from 1
 *
 * The number of shards doubles when shards are full of holds. A new shard gets its first pieces from its parent, whose
 * number is its own without the highest bit, and so does a shard that has sold out: pieces flow down this tree.
 */

/** Most holds of one shard: with ids of 36 characters its item stays below 1 KB. */
export const HOLDS_MAX = 14;

/** Most shards of one SKU. */
export const SHARDS_MAX = 1_024;

/** Fewest pieces that are worth a transfer between shards; fewer are taken where they are. */
export const TRANSFER_MIN = 4;

/** Returns every shard number of a SKU with `count` shards. */
export function allShards(count: number): readonly number[] {
  return Array.from({ length: count }, (_, shard) => shard);
}

/**
 * Most shards at which an order tries before the number of shards doubles. Right after a doubling the old shards are still
 * nearly full: two tries would often meet only them, and double again.
 */
export const PROBES_MAX = 4;

/** Returns the shards at which an order tries, in order and without repetitions. `count` is a power of two. */
export function probesOf(orderId: string, count: number): readonly number[] {
  const hash = hashOf(orderId);
  // Odd, so that it meets every shard before it meets one twice; from bits that the first choice leaves unused.
  const step = (hash >>> 10) | 1;
  return Array.from({ length: Math.min(count, PROBES_MAX) }, (_, probe) => (hash + probe * step) % count);
}

/** Returns the shard from which a shard gets pieces; undefined for the root. */
export function parentOf(shard: number): number | undefined {
  return shard === 0 ? undefined : shard - 2 ** Math.floor(Math.log2(shard));
}

/** Returns the shards that get their pieces from a shard, among `count`. */
export function childrenOf(shard: number, count: number): readonly number[] {
  const children: number[] = [];
  const first = shard === 0 ? 1 : 2 ** (Math.floor(Math.log2(shard)) + 1);
  for (let bit = first; shard + bit < count; bit *= 2) children.push(shard + bit);
  return children;
}

/**
 * Decides how many pieces a parent transfers to a shard that needs `needed`: half of what it has, or none when that is
 * too little to be worth it.
 */
export function decideTransfer(available: number, needed: number): number {
  const half = Math.floor(available / 2);
  return half >= Math.max(needed, TRANSFER_MIN) ? half : 0;
}

/** Returns a hash of 32 bits: FNV-1a and a final mix, so that ids that differ at their ends spread as well. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
