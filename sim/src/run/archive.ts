/** Settled orders from before the run: what the tables of a shop are full of. */
import { createRandom } from '../kernel/random.js';
import type { SimSystem } from './system.js';

/** Key of each, so that the oracle leaves them out: nobody of the run placed them. */
export const ARCHIVED_PREFIX = 'archived-';

/** Bytes of one record: an order of many lines. */
const RECORD_BYTES = 4_000;

/** Writes the records of the plan's archived orders. */
export function archiveOrders({ cloud, plan }: SimSystem): void {
  const random = createRandom(plan.seed, 'archive');
  const orders = cloud.database.table('orders');
  for (let index = 0; index < plan.archivedOrders; index += 1) {
    const order_id = `${ARCHIVED_PREFIX}${random().toString(16).slice(2)}-${index}`;
    orders.put(order_id, toRecord(order_id), {});
  }
}

function toRecord(order_id: string) {
  return {
    order_id,
    status: 'REJECTED',
    user_id: 'user-0',
    amount: 1,
    currency: 'USD',
    items: [],
    payment_method: 'x'.repeat(RECORD_BYTES),
    created_at: '2025-01-01T00:00:00.000Z',
    updated_at: '2025-01-01T00:00:01.000Z',
    attempt: 1,
    lease_until: 0,
  };
}
