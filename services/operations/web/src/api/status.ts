/** Statuses of orders: numbers on the wire, names in the page and in the URL. */
import { OrderStatus } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';

/** Names of the statuses, in the order in which an order passes through them. */
export const STATUS_NAMES = [
  'PENDING',
  'PROCESSING',
  'COMPLETED',
  'REJECTED',
  'FAILED',
  'CANCELLED',
] as const;

/** Name of a status. */
export type StatusName = (typeof STATUS_NAMES)[number];

/** Returns a status's name; UNKNOWN for one that this console does not know. */
export function nameOfStatus(status: OrderStatus): StatusName | 'UNKNOWN' {
  return STATUS_NAMES[status - 1] ?? 'UNKNOWN';
}

/** Returns the status with that name. */
export function statusOfName(name: StatusName): OrderStatus {
  return OrderStatus[name];
}

/** Returns true when nothing changes the status any more. */
export function isFinalStatus(status: OrderStatus): boolean {
  return status >= OrderStatus.COMPLETED;
}
