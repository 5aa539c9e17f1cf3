/** Pages through a user's own orders. */
import { ProblemError } from '../http/problem.js';
import { decodeCursor, encodeCursor, type OrderPosition } from './cursor.js';
import { toOrder } from './decide/view.js';
import type { OrderPage } from './models.js';
import type { OrderStore } from './order-store.js';

/**
 * One page, newest first. A cursor names the last order that was looked at, so that orders placed meanwhile neither
 * repeat nor hide one. Throws ProblemError invalid for a text that is no cursor.
 */
export async function listOrders(
  store: OrderStore,
  userId: string,
  limit: number,
  cursor?: string,
): Promise<OrderPage> {
  const keys = await store.listKeys(userId, limit, cursor === undefined ? undefined : toPosition(cursor));
  const records = await store.findAll(keys.map(({ order_id }) => order_id));
  const last = keys.length === limit ? keys.at(-1) : undefined;
  return {
    orders: records.map((record) => toOrder(record.order_id, record)),
    ...(last && { next_cursor: encodeCursor(last) }),
  };
}

function toPosition(cursor: string): OrderPosition {
  const position = decodeCursor(cursor);
  if (position) return position;
  throw new ProblemError('invalid', 'The cursor is not valid.', {
    errors: [{ in: 'query', field: 'cursor', detail: 'must be the next_cursor of a page' }],
  });
}
