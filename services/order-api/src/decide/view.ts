/** An order as its client sees it. */
import type { OrderReason, OrderRecord, OrderStatus, PaymentProblem } from '@order-pipeline/contracts/orders';

/** One line of an order. */
export interface OrderLine {
  /**
   * Stock keeping unit, as in the catalogue.
   * @pattern ^[A-Za-z0-9._-]{1,64}$
   * @maxLength 64
   * @example "MUG-01"
   */
  sku: string;
  /**
   * Pieces.
   * @isInt
   * @minimum 1
   * @maximum 1000
   * @example 2
   */
  quantity: number;
}

/**
 * An order. Until a worker has claimed it only `order_id` and `status` are there, since the order itself is still in
 * the queue.
 */
export interface Order {
  /**
   * The order's id.
   * @format uuid
   * @maxLength 36
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19"
   */
  order_id: string;
  /**
   * PENDING: accepted. PROCESSING: claimed by a worker. COMPLETED: charged, unless `payment_problem` is present.
   * REJECTED: by a rule, see `reason`. FAILED: by an operator. CANCELLED: by the client. The last four are final.
   * @example "COMPLETED"
   */
  status: OrderStatus;
  /**
   * Reason of a REJECTED or FAILED order.
   * @example "OUT_OF_STOCK"
   */
  reason?: OrderReason;
  /**
   * Set on a COMPLETED order that could not be charged. CAPTURE_FAILED: the authorization was gone, the shop will try again
   * or ask for another payment method. WRITTEN_OFF: the shop wrote the charge off.
   * @example "CAPTURE_FAILED"
   */
  payment_problem?: PaymentProblem;
  /**
   * Sum of the refunds, in the minor unit of `currency`. Absent while nothing was refunded.
   * @isInt
   * @minimum 0
   * @maximum 99999999
   * @example 500
   */
  refunded_amount?: number;
  /**
   * The customer.
   * @maxLength 128
   * @example "u123"
   */
  user_id?: string;
  /**
   * The total, in the minor unit of `currency`.
   * @isInt
   * @minimum 1
   * @maximum 99999999
   * @example 2500
   */
  amount?: number;
  /**
   * ISO 4217.
   * @pattern ^[A-Z]{3}$
   * @maxLength 3
   * @example "USD"
   */
  currency?: string;
  /**
   * Ordered items.
   * @maxItems 50
   */
  items?: OrderLine[];
  /**
   * Time at which the API accepted the order.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:00.000Z"
   */
  created_at?: string;
  /**
   * Time of the last change of the status.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:01.250Z"
   */
  updated_at?: string;
}

/** Returns the client's view of an order. Without a record the order is not claimed yet. */
export function toOrder(orderId: string, record: OrderRecord | undefined): Order {
  if (!record) return { order_id: orderId, status: 'PENDING' };
  const {
    status,
    reason,
    payment_problem,
    refunded_amount,
    user_id,
    amount,
    currency,
    items,
    created_at,
    updated_at,
  } = record;
  return {
    order_id: orderId,
    status,
    ...(reason !== undefined && { reason }),
    ...(payment_problem !== undefined && { payment_problem }),
    ...(refunded_amount !== undefined && { refunded_amount }),
    ...(user_id !== undefined && { user_id }),
    ...(amount !== undefined && { amount }),
    ...(currency !== undefined && { currency }),
    ...(items !== undefined && { items: items.map(({ sku, quantity }) => ({ sku, quantity })) }),
    ...(created_at !== undefined && { created_at }),
    updated_at,
  };
}
