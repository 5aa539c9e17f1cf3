/**
 * The conditional updates of one stock item, built from named parts:
 *
 *     time ──▶  take                     sell                 (the order completes)
 *               available - q            hold removed
 *               hold added        or     giveBack             (the order is refused)
 *                                        available + q
 *                                        hold removed
 *
 * `take` asks for enough stock and for no hold by this order, `sell` and `giveBack` for the hold: of two calls that
 * race, one finds its condition false and has changed nothing.
 */
import type { ConditionalUpdate } from '@order-pipeline/platform/dynamo/table';
import type { OrderLine } from './decide.js';

/** A delivery of pieces, a new price, or both. */
export interface Delivery {
  readonly deliveryId: string;
  readonly sku: string;
  /** Pieces, 0 or more. */
  readonly quantity: number;
  /** The new price of one piece; without a currency it is in the item's. */
  readonly price?: { readonly unitPrice: number; readonly currency?: string };
}

/** The currency of a new item whose delivery names none. */
const DEFAULT_CURRENCY = 'USD';

const ENOUGH_AVAILABLE = 'available >= :quantity';
const NOT_HELD_BY_ORDER = 'attribute_not_exists(holds.#order)';
const HELD_BY_ORDER = 'attribute_exists(holds.#order)';
const OWNED_BY_CALL = 'holds.#order.#at = :at';
const OWNED_BY_EARLIER_CALL = 'holds.#order.#at < :at';
const SAME_QUANTITY = 'holds.#order.#quantity = :quantity';
const NEW_ITEM = 'attribute_not_exists(sku)';
const KNOWN_ITEM = 'attribute_exists(sku)';
const NEW_DELIVERY = 'last_delivery_id <> :delivery';

const SUBTRACT = 'available = available - :quantity';
const ADD_HOLD = 'holds.#order = :hold';
const ADD_HELD_PIECES = 'available = available + holds.#order.#quantity';
const REMOVE_HOLD = 'REMOVE holds.#order';
const OWN_HOLD = 'holds.#order.#at = :at';
const NOTE_DELIVERY = 'last_delivery_id = :delivery';

/** Subtracts the line and adds a hold that the call which began at `at` owns. */
export function take({ quantity }: OrderLine, orderId: string, at: number): ConditionalUpdate {
  return {
    update: `SET ${SUBTRACT}, ${ADD_HOLD}`,
    condition: `${ENOUGH_AVAILABLE} AND ${NOT_HELD_BY_ORDER}`,
    names: { '#order': orderId },
    values: { ':quantity': quantity, ':hold': { quantity, at } },
  };
}

/** Makes the hold of an earlier call the hold of the call which began at `at`. */
export function takeOver({ quantity }: OrderLine, orderId: string, at: number): ConditionalUpdate {
  return {
    update: `SET ${OWN_HOLD}`,
    condition: `${SAME_QUANTITY} AND ${OWNED_BY_EARLIER_CALL}`,
    names: { '#order': orderId },
    values: { ':quantity': quantity, ':at': at },
  };
}

/** Removes the hold: its pieces are gone for good. */
export function sell(orderId: string): ConditionalUpdate {
  return { update: REMOVE_HOLD, condition: HELD_BY_ORDER, names: { '#order': orderId } };
}

/** Removes the hold and adds what it held to the stock. */
export function giveBack(orderId: string): ConditionalUpdate {
  return {
    update: `SET ${ADD_HELD_PIECES} ${REMOVE_HOLD}`,
    condition: HELD_BY_ORDER,
    names: { '#order': orderId },
  };
}

/** Gives the hold back if its owner is the call which began at `at`, or an earlier one. */
export function giveBackOwned(owner: 'this' | 'earlier', orderId: string, at: number): ConditionalUpdate {
  const { update, names } = giveBack(orderId);
  const condition = owner === 'this' ? OWNED_BY_CALL : OWNED_BY_EARLIER_CALL;
  return { update, condition, ...(names && { names }), values: { ':at': at } };
}

/** Adds pieces to an item, unless this is its latest delivery; a delivery with a price can create the item. */
export function deliver({ deliveryId, quantity, price }: Delivery): ConditionalUpdate {
  const values = { ':delivery': deliveryId, ':quantity': quantity };
  if (!price)
    return {
      update: `SET available = available + :quantity, ${NOTE_DELIVERY}`,
      condition: `${KNOWN_ITEM} AND ${NEW_DELIVERY}`,
      values,
    };
  const currency = price.currency ? ':currency' : 'if_not_exists(currency, :currency)';
  return {
    update: [
      'SET available = if_not_exists(available, :none) + :quantity',
      'holds = if_not_exists(holds, :no_holds)',
      'unit_price = :unit_price',
      `currency = ${currency}`,
      NOTE_DELIVERY,
    ].join(', '),
    condition: `${NEW_ITEM} OR ${NEW_DELIVERY}`,
    values: {
      ...values,
      ':none': 0,
      ':no_holds': {},
      ':unit_price': price.unitPrice,
      ':currency': price.currency ?? DEFAULT_CURRENCY,
    },
  };
}
