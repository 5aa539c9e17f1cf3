/** Orders as their owner reads them, by id and access token. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ProblemError } from '../http/problem.js';
import type { OrderStore } from './order-store.js';
import type { OwnOrder } from './own-body.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Restricts an order to `userId`. Its `find` never returns undefined: only a record names the owner, so an unclaimed
 * order cannot be distinguished from one that does not exist. Both, and the orders of others, reject alike.
 */
export function toOwnersOrder(store: Pick<OrderStore, 'find'>, orderId: string, userId: string): OwnOrder {
  const find = async (id: string): Promise<OrderRecord> => {
    const record = UUID.test(id) ? await store.find(id) : undefined;
    if (record?.user_id === userId) return record;
    throw new ProblemError(
      'notFound',
      'You have no claimed order with this id. Until a worker has claimed an order it is found at its poll_url alone.',
    );
  };
  return { orderId, find, readEach: false };
}
