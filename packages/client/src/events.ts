/** Order events as webhooks and the event topic carry them: CloudEvents 1.0 in JSON. */
import type { Order } from './types.js';

/** Type of an order event: a terminal status, or a refund. */
export type OrderEventType =
  | 'order.completed'
  | 'order.rejected'
  | 'order.failed'
  | 'order.cancelled'
  | 'order.refunded';

/** An order event. Each event is delivered at least once: deduplicate by `id`. */
export interface OrderEvent {
  readonly specversion: '1.0';
  /** Stable across deliveries of the same event. */
  readonly id: string;
  readonly source: string;
  readonly type: OrderEventType;
  /** Order id. */
  readonly subject: string;
  /** RFC 3339 time of the event. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Identifies the JSON Schema of `data`. */
  readonly dataschema: string;
  /** The order after the event. */
  readonly data: Order;
}
