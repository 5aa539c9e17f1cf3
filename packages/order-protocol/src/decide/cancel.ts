/**
 * Cancelling is one more decision of the order protocol: one conditional write, and exactly one of these wins.
 *
 *   client   cancel ------------------> CANCELLED   if the order is absent or PROCESSING
 *   worker      claim -> PROCESSING                 if the order is absent (or its lease has expired)
 *   worker                 decide ----> COMPLETED   if the order is PROCESSING in this worker's attempt
 *
 * A worker that loses finds CANCELLED, and voids and releases what it tried.
 */
import type { OrderRecord } from '@order-pipeline/contracts/orders';

const UNCLAIMED = 'attribute_not_exists(#order_id)';
const UNDECIDED = '#status = :processing';
/** Records of orders that were placed without a key, or before fingerprints were stored, have none. */
const MY_BODY = '(attribute_not_exists(#fingerprint) OR #fingerprint = :fingerprint)';

/** A conditional update. Every `#name` refers to the attribute `name`. */
export interface CancelWrite {
  readonly update: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Options of a cancellation. */
export interface CancelOptions {
  /**
   * Fingerprint of the request whose order is cancelled, on orders placed with an Idempotency-Key: another body under the
   * key keeps its order. Undefined for whichever body it is.
   */
  readonly fingerprint?: string | undefined;
  /** Marks the record: the API counts what clients cancel, the processor that settles the order what operators cancel. */
  readonly byOperator?: boolean;
}

/**
 * The write that cancels an order. The attempt and the lease of a claimed order stay, so that the worker that holds
 * it settles it; an unclaimed order gets attempt 0 and a lease that has expired. `cancelId` names the write, so that its sender
 * recognises it after an unknown response.
 */
export function toCancelWrite(
  nowMs: number,
  cancelId: string,
  { fingerprint, byOperator = false }: CancelOptions = {},
): CancelWrite {
  const keyed = fingerprint !== undefined;
  return {
    update:
      'SET #status = :cancelled, #cancel_id = :cancel_id, #updated_at = :updated_at, #settlement_due = :true, ' +
      '#attempt = if_not_exists(#attempt, :zero), #lease_until = if_not_exists(#lease_until, :zero)' +
      (keyed ? ', #fingerprint = if_not_exists(#fingerprint, :fingerprint)' : '') +
      (byOperator ? ', #cancelled_by = :operator' : ''),
    condition: keyed ? `${UNCLAIMED} OR (${UNDECIDED} AND ${MY_BODY})` : `${UNCLAIMED} OR ${UNDECIDED}`,
    values: {
      ':cancelled': 'CANCELLED',
      ':true': true,
      ':cancel_id': cancelId,
      ':processing': 'PROCESSING',
      ':updated_at': new Date(nowMs).toISOString(),
      ':zero': 0,
      ...(keyed && { ':fingerprint': fingerprint }),
      ...(byOperator && { ':operator': 'operator' }),
    },
  };
}

/** The write that ends an order that nobody claimed before its message expired. */
export function toExpiryWrite(nowMs: number, writeId: string, fingerprint?: string): CancelWrite {
  const keyed = fingerprint !== undefined;
  return {
    update:
      'SET #status = :failed, #reason = :reason, #cancel_id = :cancel_id, #updated_at = :updated_at, #attempt = :zero, #lease_until = :zero' +
      (keyed ? ', #fingerprint = :fingerprint' : ''),
    condition: UNCLAIMED,
    values: {
      ':failed': 'FAILED',
      ':cancel_id': writeId,
      ':reason': 'QUEUE_EXPIRED',
      ':updated_at': new Date(nowMs).toISOString(),
      ':zero': 0,
      ...(keyed && { ':fingerprint': fingerprint }),
    },
  };
}

/** Returns true when an order that could not be cancelled was cancelled before: the caller's request is then fulfilled. */
export function isCancelled({ status }: Pick<OrderRecord, 'status'>): boolean {
  return status === 'CANCELLED';
}
