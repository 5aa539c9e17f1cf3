/** Status changes of orders, published through Redis to all that wait for one. Lossy: the orders table is authoritative. */
import { z } from 'zod';
import { ORDER_STATUSES, type OrderStatus } from './orders.js';

/** Message published when an order takes a new status. */
export interface StatusChange {
  readonly order_id: string;
  readonly status: OrderStatus;
}

/** The Redis channel of one order's status changes; each message is what `encodeStatusChange` returns. */
export function statusChannel(orderId: string): string {
  return `order:${orderId}`;
}

/** Version of the messages. Senders before it wrote none. */
const VERSION = 1;

const StatusChangeSchema = z.object({
  version: z.literal(VERSION).default(VERSION),
  order_id: z.string(),
  status: z.enum(ORDER_STATUSES),
});

/** Returns the message of a status change. */
export function encodeStatusChange({ order_id, status }: StatusChange): string {
  return JSON.stringify({ version: VERSION, order_id, status });
}

/** Returns the status change of a message; undefined when it is none, or of a version that is not known here. */
export function decodeStatusChange(message: string): StatusChange | undefined {
  const { success, data } = StatusChangeSchema.safeParse(parseJson(message));
  return success ? { order_id: data.order_id, status: data.status } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
