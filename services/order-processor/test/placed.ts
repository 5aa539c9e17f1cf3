/** An order as the API places it. */
import { randomUUID } from 'node:crypto';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';

/** A new order for two mugs; `changes` replace its fields. */
export function placed(changes: Partial<PlacedOrder> = {}): PlacedOrder {
  return {
    order_id: randomUUID(),
    user_id: randomUUID(),
    amount: 2500,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    payment_method: 'tok_visa',
    created_at: new Date().toISOString(),
    ...changes,
  };
}
