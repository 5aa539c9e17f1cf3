/** Direction in which orders progress. */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';

/** Returns the progress of an order: accepted, claimed, final. It never decreases. */
export function progressOf(status: OrderStatus): 0 | 1 | 2 {
  if (isFinal(status)) return 2;
  return status === 'PENDING' ? 0 : 1;
}
