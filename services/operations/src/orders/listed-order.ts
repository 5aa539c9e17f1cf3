/** An order in a list, as the feed and the orders table know it. */
import type { PlacedEntry } from '@order-pipeline/contracts/order-feed';
import type { OrderItem, OrderRecord, OrderStatus } from '@order-pipeline/contracts/orders';

/** Latest known state of an order. */
export interface ListedOrder {
  readonly order_id: string;
  /** Empty while only a status is known. */
  readonly user_id: string;
  readonly status: OrderStatus;
  /** Empty without one. */
  readonly reason: string;
  readonly amount: number;
  /** Empty while only a status is known. */
  readonly currency: string;
  readonly items: readonly OrderItem[];
  /** Epoch milliseconds; that of the first known change where the time of acceptance is not known. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly attempt: number;
}

/** Returns the state of an order that SQS has just taken. */
export function fromPlaced(entry: PlacedEntry): ListedOrder {
  const at = Date.parse(entry.created_at);
  return {
    order_id: entry.order_id,
    user_id: entry.user_id,
    status: 'PENDING',
    reason: '',
    amount: entry.amount,
    currency: entry.currency,
    items: entry.items,
    createdAt: at,
    updatedAt: at,
    requestId: entry.request_id ?? '',
    traceId: entry.trace_id ?? '',
    attempt: 0,
  };
}

/** Returns the state that the orders table has. */
export function fromRecord(record: OrderRecord): ListedOrder {
  return {
    order_id: record.order_id,
    user_id: record.user_id ?? '',
    status: record.status,
    reason: record.reason ?? '',
    amount: record.amount ?? 0,
    currency: record.currency ?? '',
    items: record.items ?? [],
    createdAt: Date.parse(record.created_at ?? record.updated_at),
    updatedAt: Date.parse(record.updated_at),
    requestId: record.request_id ?? '',
    traceId: record.trace_id ?? '',
    attempt: record.attempt,
  };
}
