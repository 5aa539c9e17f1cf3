/** Cancels orders: one conditional write that competes with the workers' decisions. */
import { randomUUID } from 'node:crypto';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ConditionFailedError, StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import type { Table } from '@order-pipeline/platform/dynamo/table';
import { type CancelOptions, type CancelWrite, toCancelWrite, toExpiryWrite } from './decide/cancel.js';

/** Result of a write that ends an order. */
export interface EndedRecord {
  /** True when this write ended the order. */
  readonly written: boolean;
  /** The record as it is afterwards. */
  readonly record: OrderRecord;
}

/** Cancels the order unless it is decided or belongs to another body. @throws {StoreUnavailableError} */
export function cancelRecord(
  table: Table<OrderRecord>,
  orderId: string,
  nowMs: number,
  options: CancelOptions = {},
): Promise<EndedRecord> {
  const writeId = randomUUID();
  return writeOrRead(table, orderId, toCancelWrite(nowMs, writeId, options), writeId);
}

/** Ends an order that nobody has claimed as FAILED (QUEUE_EXPIRED). @throws {StoreUnavailableError} */
export function expireRecord(
  table: Table<OrderRecord>,
  orderId: string,
  nowMs: number,
  fingerprint?: string,
): Promise<EndedRecord> {
  const writeId = randomUUID();
  return writeOrRead(table, orderId, toExpiryWrite(nowMs, writeId, fingerprint), writeId);
}

/** Returns the record that was written, or the one that refused the write. */
async function writeOrRead(
  table: Table<OrderRecord>,
  orderId: string,
  write: CancelWrite,
  writeId: string,
): Promise<EndedRecord> {
  try {
    return { written: true, record: await table.updateAndGet(orderId, write) };
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
    const record = error.current as OrderRecord | undefined;
    if (!record)
      throw new StoreUnavailableError('The record that refused the write is gone', { cause: error });
    // The response to an earlier try of the same write may have been lost.
    return { written: record.cancel_id === writeId, record };
  }
}
