/** Decides the result of a reservation: the price check, and how a line's pieces are taken. Pure functions. */
import { type Hold, piecesOf } from '@order-pipeline/contracts/stock';
import { chooseHolds, ownHolds } from './decide/holds.js';
import { HOLDS_MAX } from './decide/shards.js';

/** One line of an order. */
export interface OrderLine {
  readonly sku: string;
  /** Pieces, at least 1. */
  readonly quantity: number;
}

/** Pieces in flight from a shard to one of its children. */
export interface Transfer {
  readonly to: number;
  /** Pieces. */
  readonly quantity: number;
  /** Number of the transfer among those of its source. */
  readonly seq: number;
}

/** The item of one shard. */
export interface Shard {
  /** Key: the SKU, and the number of the shard unless it is the root. */
  readonly sku: string;
  /** Pieces that can still be held here. */
  readonly available: number;
  /** Tokens by order id. */
  readonly holds: Readonly<Record<string, string>>;
  /** Pieces that were sold from here. */
  readonly sold: number;
  /** Transfers that this shard has begun. */
  readonly transfer_seq: number;
  /** The latest transfer, until it has arrived. */
  readonly transfer?: Transfer;
  /** The latest transfer of the parent that has arrived here. */
  readonly received_seq?: number;
}

/** A SKU's entry in the price list. */
export interface Price {
  readonly sku: string;
  /** Price of one piece in the minor unit of `currency`. */
  readonly unit_price: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Shards that the stock is spread over. */
  readonly shards: number;
}

/** The item of a SKU's first shard, which has what concerns all of them. */
export interface RootShard extends Shard, Price {
  /** The latest delivery that was added, and its number. */
  readonly last_delivery: { readonly id: string; readonly seq: number };
}

/** A note that a delivery was added. DynamoDB deletes it some time after `expires_at`. */
export interface DeliveryNote {
  /** Key. */
  readonly sku: string;
  /** Number of the delivery among those of its SKU. */
  readonly seq: number;
  /** Unix time in seconds. */
  readonly expires_at: number;
}

/** Result of comparing an order with the price list. Totals are in the minor unit of the order's currency. */
export type PriceCheck =
  | { readonly outcome: 'PRICED'; readonly total: bigint }
  | { readonly outcome: 'UNKNOWN_SKU'; readonly sku: string }
  | { readonly outcome: 'AMOUNT_MISMATCH'; readonly total: bigint };

/** The largest int64, at which a total stops growing. */
const TOTAL_MAX = 2n ** 63n - 1n;

/**
 * Compares what the customer agreed to pay with the price list. A line whose price is in another currency has no price
 * in the order's: that is a mismatch with a total of 0.
 */
export function decidePrice(
  lines: readonly OrderLine[],
  prices: ReadonlyMap<string, Price>,
  agreed: { readonly amount: bigint; readonly currency: string },
): PriceCheck {
  let total = 0n;
  let priced = true;
  for (const { sku, quantity } of lines) {
    const price = prices.get(sku);
    if (!price) return { outcome: 'UNKNOWN_SKU', sku };
    priced &&= price.currency === agreed.currency;
    total += BigInt(price.unit_price) * BigInt(quantity);
  }
  if (!priced) return { outcome: 'AMOUNT_MISMATCH', total: 0n };
  if (total !== agreed.amount)
    return { outcome: 'AMOUNT_MISMATCH', total: total < TOTAL_MAX ? total : TOTAL_MAX };
  return { outcome: 'PRICED', total };
}

/**
 * Reason why a shard granted no new hold for all pieces of a line.
 * - `held`: the order holds them here already, by an earlier call or one at the same time. The hold stays until the
 *   order is final, so this call counts on it too.
 * - `partly`: the order holds another number of pieces here.
 * - `short`: the shard has too few pieces, or was never used.
 * - `full`: the shard has no room for a hold, or takes no more writes now.
 * - `again`: pieces or room have been released meanwhile.
 */
export type Obstacle =
  | { readonly kind: 'held'; readonly token: string }
  | { readonly kind: 'partly' | 'short' | 'full' | 'again' };

/** Decides why the condition of a take failed, given the shard that it was checked against. */
export function decideObstacle(current: Shard | undefined, quantity: number, orderId: string): Obstacle {
  const token = current?.holds[orderId];
  if (token !== undefined) return piecesOf(token) === quantity ? { kind: 'held', token } : { kind: 'partly' };
  if (!current || current.available < quantity) return { kind: 'short' };
  return { kind: hasRoom(current) ? 'again' : 'full' };
}

/** Returns true when a shard can have another hold. */
function hasRoom({ holds }: Pick<Shard, 'holds'>): boolean {
  return Object.keys(holds).length < HOLDS_MAX;
}

/** Returns true when a shard can have a hold of the order: it has one at most. */
export function hasRoomFor(item: Pick<Shard, 'holds'>, orderId: string): boolean {
  return hasRoom(item) && item.holds[orderId] === undefined;
}

/** A shard as a consistent read of all shards found it; unused shards have none. */
export interface ShardView {
  readonly shard: number;
  readonly item: Shard;
}

/** Pieces to take from one shard. */
export interface Share {
  readonly shard: number;
  /** Pieces, at least 1. */
  readonly quantity: number;
}

/**
 * Distribution of a line over several shards.
 * - `held`: the order holds enough.
 * - `take`: take these shares, then it holds enough.
 * - `short`: all shards together have too few pieces.
 * - `full`: there are enough pieces, but shards that have them have no room for a hold of the order. `richest` is the
 *   one of them that has the most.
 */
export type Plan =
  | { readonly kind: 'held'; readonly holds: readonly Hold[] }
  | { readonly kind: 'take'; readonly shares: readonly Share[] }
  | { readonly kind: 'short' }
  | { readonly kind: 'full'; readonly richest: number };

/**
 * Plans how to cover a line from all shards. A single shard that has everything is preferred to several, and those that
 * come first from `start` on to the others, so that orders spread.
 */
export function planLine(
  { sku, quantity }: OrderLine,
  shards: readonly ShardView[],
  orderId: string,
  start: number,
): Plan {
  const own = ownHolds(sku, shards, orderId);
  const chosen = chooseHolds(own, quantity);
  if (chosen) return { kind: 'held', holds: chosen };
  const open = quantity - own.reduce((sum, hold) => sum + hold.quantity, 0);
  const stocked = shards.filter(({ item }) => item.available > 0);
  const roomy = stocked.filter(({ item }) => hasRoomFor(item, orderId));
  const shares = chooseShares(inOrderFrom(roomy, start), open);
  if (shares) return { kind: 'take', shares };
  const [richest] = stocked
    .filter(({ item }) => !hasRoomFor(item, orderId))
    .toSorted((a, b) => b.item.available - a.item.available);
  const total = stocked.reduce((sum, { item }) => sum + item.available, 0);
  return richest && total >= open ? { kind: 'full', richest: richest.shard } : { kind: 'short' };
}

/** All from `start` on come first, then the others. */
function inOrderFrom(shards: readonly ShardView[], start: number): readonly ShardView[] {
  return [...shards.filter(({ shard }) => shard >= start), ...shards.filter(({ shard }) => shard < start)];
}

function chooseShares(shards: readonly ShardView[], quantity: number): readonly Share[] | undefined {
  const alone = shards.find(({ item }) => item.available >= quantity);
  if (alone) return [{ shard: alone.shard, quantity }];
  const shares: Share[] = [];
  let open = quantity;
  for (const { shard, item } of shards.toSorted((a, b) => b.item.available - a.item.available)) {
    if (open === 0) break;
    const share = Math.min(open, item.available);
    shares.push({ shard, quantity: share });
    open -= share;
  }
  return open === 0 ? shares : undefined;
}

/** Pieces of a SKU over all its shards. */
export interface StockTotals {
  /** Pieces that can still be held, those between two shards included. */
  readonly available: number;
  /** Pieces that orders hold. */
  readonly held: number;
  /** Pieces that were sold. */
  readonly sold: number;
}

/** Adds up the shards of a SKU. */
export function totalStock(shards: readonly ShardView[]): StockTotals {
  const received = new Map(shards.map(({ shard, item }) => [shard, item.received_seq ?? 0]));
  const totals = { available: 0, held: 0, sold: 0 };
  for (const { item } of shards) {
    totals.available += item.available + piecesUnderWay(item.transfer, received);
    totals.held += Object.values(item.holds).reduce((sum, token) => sum + piecesOf(token), 0);
    totals.sold += item.sold;
  }
  return totals;
}

/** A transfer that has arrived is counted where it arrived. */
function piecesUnderWay(transfer: Transfer | undefined, received: ReadonlyMap<number, number>): number {
  if (!transfer || (received.get(transfer.to) ?? 0) >= transfer.seq) return 0;
  return transfer.quantity;
}
