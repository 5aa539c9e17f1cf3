/**
 * The AWS calls of one order, as a real order made them: recorded on the wire, and repeated for other orders by the
 * floor. So the floor always follows the current protocol.
 */
import type { AwsCall } from '../../harness/aws-meter.js';
import { SKU_COUNT, skuOf } from '../../load/orders.js';

/** The calls of an order by who makes them. */
export interface OrderCalls {
  /** The order's id and the number of its first SKU when it was recorded. */
  readonly orderId: string;
  /** Writes of the processor ahead of and after the tries. */
  readonly claim: readonly AwsCall[];
  readonly decide: readonly AwsCall[];
  /** Calls within each RPC. */
  readonly reserve: readonly AwsCall[];
  readonly authorize: readonly AwsCall[];
  readonly capture: readonly AwsCall[];
  readonly confirm: readonly AwsCall[];
}

/** The part of a call's body that names what it is about. */
function tableOf({ body }: AwsCall): string {
  const { TableName, RequestItems } = JSON.parse(body) as { TableName?: string; RequestItems?: object };
  return TableName ?? Object.keys(RequestItems ?? {})[0] ?? '';
}

/** Sorts the calls of one order, in the order in which they were made. The second write to `orders` is the decision. */
export function toOrderCalls(orderId: string, calls: readonly AwsCall[]): OrderCalls {
  const sorted = {
    claim: [] as AwsCall[],
    decide: [] as AwsCall[],
    reserve: [] as AwsCall[],
    authorize: [] as AwsCall[],
    capture: [] as AwsCall[],
    confirm: [] as AwsCall[],
  };
  for (const call of calls) {
    const table = tableOf(call);
    const decided = sorted.decide.length > 0;
    if (table === 'orders') sorted[sorted.claim.length > 0 ? 'decide' : 'claim'].push(call);
    else if (table === 'payments') sorted[decided ? 'capture' : 'authorize'].push(call);
    else sorted[decided ? 'confirm' : 'reserve'].push(call);
  }
  return { orderId, ...sorted };
}

/** Returns the body of a recorded call for another order, whose SKUs lie `shift` further. */
export function rewrite({ body }: AwsCall, recordedId: string, orderId: string, shift: number): string {
  return body
    .replaceAll(recordedId, orderId)
    .replaceAll(/BENCH-(\d{3})/g, (_, n) => skuOf(Number(n) + (shift % SKU_COUNT)));
}

/** A number that is the same for an order in every process. */
export function shiftOf(orderId: string): number {
  return Number.parseInt(orderId.slice(0, 6), 16);
}
