/** Reads what a run has written. */
import { type OrderRecord, RECONCILER_KEY } from '@order-pipeline/contracts/orders';
import { ARCHIVED_PREFIX } from './archive.js';
import type { SimSystem } from './system.js';

/** The records of the orders table, without those of archived orders. */
export function recordsOf({ cloud }: SimSystem): readonly OrderRecord[] {
  const items = cloud.database.table('orders').items as unknown as readonly OrderRecord[];
  return items.filter(({ order_id }) => order_id !== RECONCILER_KEY && !order_id.startsWith(ARCHIVED_PREFIX));
}
