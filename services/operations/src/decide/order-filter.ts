/** Selection and order of a list of orders. */
import type { OrderStatus } from '@order-pipeline/contracts/orders';

/** Conditions that apply together; an absent one always holds. */
export interface OrderFilter {
  readonly userId?: string | undefined;
  /** Any of these; every status when empty. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly reason?: string | undefined;
  /** Epoch milliseconds, included. */
  readonly createdFrom?: number | undefined;
  /** Epoch milliseconds, excluded. */
  readonly createdBefore?: number | undefined;
}

/** The attributes of an order that filters look at. */
export interface FilteredOrder {
  readonly order_id: string;
  readonly user_id: string;
  readonly status: OrderStatus;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Returns true when every condition holds. */
export function matches(order: FilteredOrder, filter: OrderFilter): boolean {
  const { userId, statuses = [], reason, createdFrom, createdBefore } = filter;
  return (
    (userId === undefined || order.user_id === userId) &&
    (statuses.length === 0 || statuses.includes(order.status)) &&
    (reason === undefined || order.reason === reason) &&
    (createdFrom === undefined || order.createdAt >= createdFrom) &&
    (createdBefore === undefined || order.createdAt < createdBefore)
  );
}

/** A place in a list: after this order. */
export interface OrderPosition {
  readonly createdAt: number;
  readonly order_id: string;
}

/** Compares so that the newest order comes first. */
export function newestFirst(a: OrderPosition, b: OrderPosition): number {
  return b.createdAt - a.createdAt || (a.order_id < b.order_id ? 1 : a.order_id > b.order_id ? -1 : 0);
}
