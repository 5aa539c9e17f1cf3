/** Next step of a worker, by the record that it finds in the orders table. */
import { type FinalStatus, isFinal, type OrderRecord } from '@order-pipeline/contracts/orders';

/** Next step of a worker that could not claim an order. */
export type Refusal =
  /** Another worker's tries may still take effect until then: retry later. */
  | { readonly kind: 'leased'; readonly leaseUntil: number }
  /** Decided, and no try can land any more: settle. */
  | { readonly kind: 'final'; readonly status: FinalStatus };

/** Decides the next step after a failed claim from the current record. `now` in epoch milliseconds. */
export function decideRefusal(record: OrderRecord, now: number): Refusal {
  if (record.lease_until >= now) return { kind: 'leased', leaseUntil: record.lease_until };
  if (isFinal(record.status)) return { kind: 'final', status: record.status };
  // The lease expired between the failed claim and the read: the next try will claim it.
  return { kind: 'leased', leaseUntil: now };
}

/** Meaning of the current record after this worker's decision was refused. */
export type LostDecision =
  /**
   * The decision is already written, by an earlier call whose response was lost, by the client or by an operator:
   * settle it.
   */
  | { readonly kind: 'stands'; readonly status: FinalStatus }
  /** Another worker has claimed the order since: drop the work. */
  | { readonly kind: 'taken'; readonly leaseUntil: number };

/** Decides the next step when the decision's condition failed for the worker of `attempt`. */
export function decideLost(record: OrderRecord, attempt: number): LostDecision {
  if (record.attempt === attempt && isFinal(record.status)) return { kind: 'stands', status: record.status };
  return { kind: 'taken', leaseUntil: record.lease_until };
}

/** Direction of a settlement: charge and sell, or void and release. */
export type Settlement = 'charge' | 'undo';

/** The settlement of each final status. */
export const SETTLEMENTS: Readonly<Record<FinalStatus, Settlement>> = {
  COMPLETED: 'charge',
  REJECTED: 'undo',
  FAILED: 'undo',
  CANCELLED: 'undo',
};
