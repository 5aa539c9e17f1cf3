/** In which direction orders move. */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';

/** How far an order has come: accepted, claimed, final. An order never goes back. */
export function progressOf(status: OrderStatus): 0 | 1 | 2 {
  if (isFinal(status)) return 2;
  return status === 'PENDING' ? 0 : 1;
}
