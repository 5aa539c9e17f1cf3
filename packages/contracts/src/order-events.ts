/** Events about orders: CloudEvents 1.0 in JSON, published to the topic `order-events`. */
import type { OrderFacts, OrderItem, OrderRecord } from './orders.js';

/** Event types: one for each terminal status, and one for refunds. */
export const ORDER_EVENT_TYPES = [
  'order.completed',
  'order.rejected',
  'order.failed',
  'order.cancelled',
  'order.refunded',
] as const;

/** Type of an order event. */
export type OrderEventType = (typeof ORDER_EVENT_TYPES)[number];

/**
 * The order after the event; `orders.v1.OrderEventData` in JSON. Amounts are in the currency's minor unit. What was ordered is
 * absent on an order that no worker ever claimed.
 */
export interface OrderEventData {
  readonly order_id: string;
  readonly user_id?: string;
  readonly status: string;
  readonly reason?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly items?: readonly OrderItem[];
  readonly created_at?: string;
  readonly updated_at: string;
  readonly refunded_amount?: number;
}

/** An order event. */
export interface OrderEvent {
  readonly specversion: '1.0';
  /** The same whenever the event is published again: consumers deduplicate by it. */
  readonly id: string;
  /** URI reference of the system that published the event. */
  readonly source: string;
  readonly type: OrderEventType;
  /** Order id. */
  readonly subject: string;
  /** Time of the event, RFC 3339 in UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly data: OrderEventData;
}

/** Identifies the publisher in every event. */
const EVENT_SOURCE = '/order-pipeline/orders';

/** Identifies the JSON Schema of `data`, `proto/schemas/orders.v1.OrderEventData.json`. */
export const EVENT_DATA_SCHEMA = 'urn:order-pipeline:schema:orders.v1.OrderEventData';

/** A record in a terminal status with all fields of the client's request. */
export type FinalOrder = OrderRecord & OrderFacts;

/** A refund, as far as its event needs it. */
export interface EventRefund {
  readonly refundId: string;
  /** Sum of all refunds of the order, this one included, in the minor unit. */
  readonly refundedAmount: number;
  /** RFC 3339 in UTC. */
  readonly refundedAt: string;
}

/**
 * Creates the event of an order's terminal status. The same record always yields the same event.
 *
 * @throws {RangeError} when the order is not final
 */
export function toStatusEvent(order: FinalOrder): OrderEvent {
  return toFinalEvent(order, dataOf(order));
}

/**
 * Creates the event of the terminal status of an order that no worker ever claimed, and whose message is gone. It has the id that
 * the event of a claimed order would have.
 *
 * @throws {RangeError} when the order is not final
 */
export function toUnclaimedEvent(record: OrderRecord): OrderEvent {
  const { order_id, status, reason } = record;
  return toFinalEvent(record, { order_id, status, ...(reason && { reason }) });
}

function toFinalEvent(order: OrderRecord, data: Omit<OrderEventData, 'updated_at'>): OrderEvent {
  const { order_id, status, updated_at } = order;
  const type = `order.${status.toLowerCase()}`;
  if (!isEventType(type)) throw new RangeError(`order ${order_id} is ${status}, which is not final`);
  return toEvent(order, type, `${order_id}:${status.toLowerCase()}`, { ...data, updated_at });
}

/** Creates the event of one refund. The same refund always yields the same event id. */
export function toRefundEvent(order: FinalOrder, refund: EventRefund): OrderEvent {
  return toEvent(order, 'order.refunded', `${order.order_id}:refunded:${refund.refundId}`, {
    ...dataOf(order),
    updated_at: refund.refundedAt,
    refunded_amount: refund.refundedAmount,
  });
}

/** Returns true when `type` is the type of an order event. */
function isEventType(type: string): type is OrderEventType {
  return (ORDER_EVENT_TYPES as readonly string[]).includes(type);
}

/** A body that is not an order event. Delivering it again does not help. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

/** Parses an order event. @throws {MalformedEventError} when the text is not one */
export function parseOrderEvent(text: string): OrderEvent {
  let value: Partial<OrderEvent> | null;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedEventError('the event is not JSON', { cause });
  }
  const problem = findProblem(value);
  if (problem) throw new MalformedEventError(`the event is not usable: ${problem}`);
  return value as OrderEvent;
}

function findProblem(event: Partial<OrderEvent> | null): string | undefined {
  if (typeof event !== 'object' || event === null) return 'it is not an object';
  if (event.specversion !== '1.0') return 'specversion is not 1.0';
  if (typeof event.type !== 'string' || !isEventType(event.type)) return 'type is unknown';
  for (const name of ['id', 'source', 'subject', 'time'] as const)
    if (typeof event[name] !== 'string' || event[name] === '') return `${name} is missing`;
  if (typeof event.data?.order_id !== 'string') return 'data.order_id is missing';
  return undefined;
}

function toEvent(order: OrderRecord, type: OrderEventType, id: string, data: OrderEventData): OrderEvent {
  return {
    specversion: '1.0',
    id,
    source: EVENT_SOURCE,
    type,
    subject: order.order_id,
    time: data.updated_at,
    datacontenttype: 'application/json',
    dataschema: EVENT_DATA_SCHEMA,
    data,
  };
}

function dataOf(order: FinalOrder): Omit<OrderEventData, 'updated_at'> {
  return {
    order_id: order.order_id,
    user_id: order.user_id,
    status: order.status,
    ...(order.reason && { reason: order.reason }),
    amount: order.amount,
    currency: order.currency,
    items: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
    created_at: order.created_at,
  };
}
