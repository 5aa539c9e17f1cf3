/** `fail`: fails an order from its record, when its message is gone. */

import { toPlacedOrder } from '@order-pipeline/order-protocol/order-store';
import { originOfRecord } from '@order-pipeline/order-protocol/work-of-record';
import { EXIT, type ExitCode } from './exit.js';
import { failOrder } from './fail-order.js';
import { readRecord } from './record.js';
import type { Tools } from './tools.js';

/** Options of `fail`. */
export interface FailRecordOptions {
  readonly orderId: string;
  /** For the audit log and the order's record. */
  readonly reason: string;
  /** Longest wait for the end of a worker's lease, in milliseconds. */
  readonly waitMs: number;
}

/** Fails an order and releases what it holds. A message of the order that is left is settled the same way. */
export async function failRecord(
  tools: Tools,
  { orderId, reason, waitMs }: FailRecordOptions,
): Promise<ExitCode> {
  const record = await readRecord(tools, orderId);
  const { requestId, traceparent } = originOfRecord(record);
  await failOrder(tools, { order: toPlacedOrder(record), requestId, traceparent, reason, waitMs });
  tools.shell.out(
    tools.dryRun
      ? `Would fail order ${orderId} and release its stock and money.\n`
      : `Order ${orderId} is FAILED, and its stock and money are released.\n`,
  );
  return EXIT.done;
}
