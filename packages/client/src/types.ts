/** Types of the order API, derived from its OpenAPI document. */
import type { components, operations } from './generated/schema.js';

type Schemas = components['schemas'];

/** Body of `POST /orders`. Amounts are integers in the minor unit of the currency. */
export type NewOrder = Schemas['NewOrder'];

/** Answer to an accepted order. Its `poll_url` is the right to read and cancel the order: treat it like a password. */
export type AcceptedOrder = Schemas['AcceptedOrder'];

/** An order as the API shows it. */
export type Order = Schemas['Order'];

/** Status of an order. */
export type OrderStatus = Order['status'];

/** RFC 9457 problem details, the body of every error. */
export type Problem = Schemas['Problem'];

/** One invalid field of a request. */
export type FieldProblem = Schemas['FieldProblem'];

/** Filters of `GET /orders`, without the paging parameters. */
export type OrderFilter = Omit<
  NonNullable<operations['listOrders']['parameters']['query']>,
  'cursor' | 'limit'
>;

/** One page of `GET /orders`. */
export type OrderPage = Schemas['OrderPage'];

/**
 * Identifies an order: its poll URL, the response to `placeOrder`, or its id. An id alone is read with the bearer token of
 * the order's owner, and is unknown (404) until a worker has claimed the order.
 */
export type OrderRef = string | Pick<AcceptedOrder, 'poll_url'>;

const FINAL: ReadonlySet<string> = new Set<OrderStatus>(['COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED']);

/** Returns true when the order's status can no longer change. */
export function isFinal(order: Pick<Order, 'status'>): boolean {
  return FINAL.has(order.status);
}
