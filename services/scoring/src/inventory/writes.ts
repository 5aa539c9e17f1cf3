/**
 * The conditional updates of one shard, built from named parts:
 *
 *     time ──▶  take                     sell                 (the order completes)
 *               available - q            hold removed, sold + q
 *               hold added        or     giveBack             (the order is refused, or the hold belongs to no order)
 *                                        hold removed, available + q
 *
 *               send                     receive (at a child)          clear
 *               available - q            available + q                 transfer removed
 *               transfer added           received_seq = seq
 *
 * `take` requires that the order has no hold, `sell` and `giveBack` one whole token; each transfer has a number that its
 * source and its destination take only once. So every write takes effect once at most, whenever it arrives.
 */
import { type Hold, piecesOf } from '@order-pipeline/contracts/stock';
import { allOf, anyOf } from '@order-pipeline/platform/dynamo/expressions';
import type { ConditionalUpdate } from '@order-pipeline/platform/dynamo/table';
import { HOLDS_MAX } from './decide/shards.js';
import type { Transfer } from './decide.js';

const ENOUGH_AVAILABLE = '#available >= :quantity';
const NOT_HELD_BY_ORDER = 'attribute_not_exists(#holds.#order)';
const ROOM_FOR_HOLD = 'size(#holds) < :holds_max';
const HAS_TOKEN = '#holds.#order = :token';
const NO_TRANSFER = 'attribute_not_exists(#transfer)';
const NEXT_TRANSFER = '#transfer_seq = :before';
const NEVER_RECEIVED = 'attribute_not_exists(#received_seq)';
const RECEIVED_EARLIER = '#received_seq < :seq';
const THIS_TRANSFER = '#transfer.#seq = :seq';
const SHARDS_AS_READ = '#shards = :count';

const REMOVE_HOLD = 'REMOVE #holds.#order';

/** Subtracts the pieces of a token and adds the order's hold. */
export function take(orderId: string, token: string): ConditionalUpdate {
  return {
    update: 'SET #available = #available - :quantity, #holds.#order = :token',
    condition: allOf(ENOUGH_AVAILABLE, NOT_HELD_BY_ORDER, ROOM_FOR_HOLD),
    names: { '#order': orderId },
    values: { ':quantity': piecesOf(token), ':token': token, ':holds_max': HOLDS_MAX },
  };
}

/** Removes the hold: the pieces that the order needs are sold, any others return to stock. */
export function sell(orderId: string, { token, quantity }: Hold): ConditionalUpdate {
  return {
    update: `SET #sold = #sold + :sold, #available = #available + :rest ${REMOVE_HOLD}`,
    condition: HAS_TOKEN,
    names: { '#order': orderId },
    values: { ':token': token, ':sold': quantity, ':rest': piecesOf(token) - quantity },
  };
}

/** Removes the hold and adds its pieces to the stock. */
export function giveBack(orderId: string, token: string): ConditionalUpdate {
  return {
    update: `SET #available = #available + :quantity ${REMOVE_HOLD}`,
    condition: HAS_TOKEN,
    names: { '#order': orderId },
    values: { ':token': token, ':quantity': piecesOf(token) },
  };
}

/** Begins a transfer: the pieces leave the source. */
export function send(transfer: Transfer): ConditionalUpdate {
  const { seq, quantity } = transfer;
  return {
    update: 'SET #available = #available - :quantity, #transfer = :transfer, #transfer_seq = :seq',
    condition: allOf(ENOUGH_AVAILABLE, NO_TRANSFER, NEXT_TRANSFER),
    values: { ':quantity': quantity, ':transfer': transfer, ':seq': seq, ':before': seq - 1 },
  };
}

/** Adds the pieces of a transfer to its destination, which the first one creates. */
export function receive({ seq, quantity }: Transfer): ConditionalUpdate {
  return {
    update: [
      'SET #available = if_not_exists(#available, :zero) + :quantity',
      '#received_seq = :seq',
      '#holds = if_not_exists(#holds, :no_holds)',
      '#sold = if_not_exists(#sold, :zero)',
      '#transfer_seq = if_not_exists(#transfer_seq, :zero)',
    ].join(', '),
    condition: anyOf(NEVER_RECEIVED, RECEIVED_EARLIER),
    values: { ':quantity': quantity, ':seq': seq, ':zero': 0, ':no_holds': {} },
  };
}

/** Ends a transfer that has arrived. */
export function clear({ seq }: Transfer): ConditionalUpdate {
  return { update: 'REMOVE #transfer', condition: THIS_TRANSFER, values: { ':seq': seq } };
}

/** Doubles the number of shards at the root. */
export function grow(count: number): ConditionalUpdate {
  return {
    update: 'SET #shards = :doubled',
    condition: SHARDS_AS_READ,
    values: { ':count': count, ':doubled': 2 * count },
  };
}
