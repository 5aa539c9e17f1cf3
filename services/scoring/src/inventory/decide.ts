/** What a reservation comes to: the price check, and what a refused hold means. Functions of their arguments only. */

/** One line of an order. */
export interface OrderLine {
  readonly sku: string;
  /** Pieces, at least 1. */
  readonly quantity: number;
}

/** What an order holds of one item. */
export interface Hold {
  readonly quantity: number;
  /** When the call that owns the hold began, in epoch milliseconds. The newest call for an order owns its holds. */
  readonly at: number;
}

/** An item of the inventory table. */
export interface StockItem {
  readonly sku: string;
  /** Pieces that can still be held. */
  readonly available: number;
  /** Price of one piece in the minor unit of `currency`. */
  readonly unit_price: number;
  /** ISO 4217. */
  readonly currency: string;
  /** What orders hold, by order id. */
  readonly holds: Readonly<Record<string, Hold>>;
  /** The latest delivery that was added. */
  readonly last_delivery_id: string;
}

/** An item's entry in the price list. */
export type Price = Pick<StockItem, 'sku' | 'unit_price' | 'currency'>;

/** What the price list says to an order. Totals are in the minor unit of the order's currency. */
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
 * What to do about a line that could not be held.
 * - `held`: this order holds it already, and nothing has to be written.
 * - `take over`: an earlier call of this order holds it; this call makes the hold its own, so that a roll back of the
 *   earlier call, still under way somewhere, leaves it alone.
 * - `other quantity`: this order holds another number of pieces, so its lines have changed.
 * - `short`: there are not enough pieces.
 * - `gone`: the item has left the price list.
 * - `again`: stock has come back in the meantime.
 */
export type RefusedHold = 'held' | 'take over' | 'other quantity' | 'short' | 'gone' | 'again';

/** What the item that stood in the way of a hold means for the call that began at `callAt`. */
export function decideRefusedHold(
  standing: StockItem | undefined,
  line: OrderLine,
  call: { readonly orderId: string; readonly at: number },
): RefusedHold {
  if (!standing) return 'gone';
  const hold = standing.holds[call.orderId];
  if (!hold) return standing.available < line.quantity ? 'short' : 'again';
  if (hold.quantity !== line.quantity) return 'other quantity';
  return hold.at < call.at ? 'take over' : 'held';
}

/** Pieces that orders hold of an item. */
export function countHeld(item: StockItem): number {
  return Object.values(item.holds).reduce((sum, { quantity }) => sum + quantity, 0);
}
