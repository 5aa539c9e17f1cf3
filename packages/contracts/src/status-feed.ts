/** Status changes of orders, published through Redis to whoever waits for one. Lossy: the orders table is the truth. */
import type { OrderStatus } from './orders.js';

/** What is published when an order takes a new status. */
export interface StatusChange {
  readonly order_id: string;
  readonly status: OrderStatus;
}

/** The Redis channel of one order's status changes; each message is a StatusChange in JSON. */
export function statusChannel(orderId: string): string {
  return `order:${orderId}`;
}
