/** Values that the tests share. */
import { type OrderEvent, toRefundEvent, toStatusEvent } from '@order-pipeline/contracts/order-events';

/** Creates an event of an order of the user `u1`. */
export function createEvent(orderId: string, kind: 'completed' | 'refunded', userId = 'u1'): OrderEvent {
  const order = {
    order_id: orderId,
    user_id: userId,
    amount: 999,
    currency: 'USD',
    items: [],
    status: 'COMPLETED',
    attempt: 1,
    lease_until: 0,
    created_at: '2026-01-15T09:30:00.000Z',
    updated_at: '2026-01-15T09:30:01.000Z',
  } as const;
  return kind === 'completed'
    ? toStatusEvent(order)
    : toRefundEvent(order, { refundId: 'r1', refundedAmount: 100, refundedAt: '2026-01-16T00:00:00.000Z' });
}
