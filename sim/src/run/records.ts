/** Reads what a run has written. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import type { SimSystem } from './system.js';

/** The records of the orders table. */
export function recordsOf({ cloud }: SimSystem): readonly OrderRecord[] {
  return cloud.database.table('orders').items as unknown as readonly OrderRecord[];
}
