/** Pages through a user's own orders. */

import { type Order, toOrder } from '../decide/view.js';
import { ProblemError } from '../http/problem.js';
import { type CreatedRange, startIn } from './created-range.js';
import { decodeCursor, encodeCursor, type OrderPosition } from './cursor.js';
import type { ListedStatus, OrderPage } from './models.js';
import type { OrderStore } from './order-store.js';

/** Selection of a user's orders. */
export interface OrderQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: ListedStatus | undefined;
  /** Those created in this range only. */
  readonly created?: CreatedRange | undefined;
}

/** Orders of one read while a filter leaves most of them out. */
const FILTER_READ = 100;

/** Reads for one page. A filter that matches little gives a short page and a cursor to continue from. */
const MAX_READS = 5;

/**
 * One page, newest first. A cursor names the last order that was read, so that orders placed meanwhile neither
 * repeat nor hide one. Throws ProblemError invalid for a text that is no cursor, and StoreUnavailableError.
 */
export async function listOrders(
  store: OrderStore,
  userId: string,
  { limit, cursor, status, created = {} }: OrderQuery,
): Promise<OrderPage> {
  const orders: Order[] = [];
  const start = startIn(created, cursor === undefined ? undefined : toPosition(cursor));
  if (!start) return { orders };
  let { position } = start;
  for (let read = 0; read < MAX_READS; read += 1) {
    const { keys, more } = await store.listKeys(userId, status ? FILTER_READ : limit, position, created);
    const records = await store.findAll(keys.map(({ order_id }) => order_id));
    const byId = new Map(records.map((record) => [record.order_id, record]));
    for (const [index, key] of keys.entries()) {
      const record = byId.get(key.order_id);
      position = key;
      if (record && (status === undefined || record.status === status))
        orders.push(toOrder(key.order_id, record));
      const isLast = !more && index === keys.length - 1;
      if (orders.length === limit) return { orders, ...(!isLast && { next_cursor: encodeCursor(key) }) };
    }
    if (!more) return { orders };
  }
  return { orders, ...(position && { next_cursor: encodeCursor(position) }) };
}

function toPosition(cursor: string): OrderPosition {
  const position = decodeCursor(cursor);
  if (position) return position;
  throw new ProblemError('invalid', 'The cursor is not valid.', {
    errors: [{ in: 'query', field: 'cursor', detail: 'must be the next_cursor of a page' }],
  });
}
