/** Bodies of the order calls. Their JSDoc is the OpenAPI schema, and the validation. */
import type { Order, OrderLine } from '../decide/view.js';

/** An order to place. */
export interface NewOrder {
  /**
   * The customer: the subject of the access token.
   * @pattern ^[A-Za-z0-9._@:|+-]{1,128}$ up to 128 letters, digits and . _ @ : | + -
   * @maxLength 128
   * @example "u123"
   */
  user_id: string;
  /**
   * The total that the customer agrees to pay, in the minor unit of `currency`.
   * @isInt
   * @minimum 1
   * @maximum 99999999
   * @example 2500
   */
  amount: number;
  /**
   * ISO 4217.
   * @pattern ^[A-Z]{3}$ three capital letters
   * @maxLength 3
   * @default "USD"
   * @example "USD"
   */
  currency?: string;
  /**
   * Items to order, each SKU once. Without items nothing is reserved; with items `amount` must match the price list.
   * @maxItems 50
   */
  items?: OrderLine[];
  /**
   * The payment method's token at the gateway, never card data.
   * @pattern ^[a-z]{2,8}_[A-Za-z0-9_]{1,64}$ a token such as tok_visa
   * @maxLength 73
   * @default "tok_visa"
   * @example "tok_visa"
   */
  payment_method?: string;
}

/** An order that the queue has accepted. */
export interface AcceptedOrder {
  /**
   * The order's id.
   * @format uuid
   * @maxLength 36
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19"
   */
  order_id: string;
  /**
   * Always PENDING: the order is not decided yet.
   * @example "PENDING"
   */
  status: 'PENDING';
  /**
   * URL for reading the order's status. Its signature is the right to read and to cancel this order: treat it like a
   * password.
   * @format uri
   * @maxLength 2048
   * @example
   * "http://localhost:8000/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19?expires=1768642200&key_id=local&signature=3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
   */
  poll_url: string;
  /**
   * Time at which the API accepted the order.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:00.000Z"
   */
  requested_at: string;
}

/** A status that a listed order can have: an order is listed from its claim on. */
export type ListedStatus = 'PROCESSING' | 'COMPLETED' | 'REJECTED' | 'FAILED' | 'CANCELLED';

/** A page of orders, newest first. */
export interface OrderPage {
  /**
   * The orders.
   * @maxItems 100
   */
  orders: Order[];
  /**
   * Cursor of the next page. Absent on the last page.
   * @pattern ^[A-Za-z0-9_-]+$
   * @maxLength 128
   * @example "MjAyNi0wMS0xNVQwOTozMDowMC4wMDBaIDAxOThjNWYyLTlhNTEtN2MzZS04YTUyLTNmMGQ4ZjBjMmIxOQ"
   */
  next_cursor?: string;
}
