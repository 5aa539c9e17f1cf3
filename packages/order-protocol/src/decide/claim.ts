/** How a worker goes on from what it finds in the orders table. */
import { type FinalStatus, isFinal, type OrderRecord } from '@order-pipeline/contracts/orders';

/** What a worker may do with an order that it could not claim. */
export type Refusal =
  /** Another worker's tries may still land until then: come back later. */
  | { readonly kind: 'leased'; readonly leaseUntil: number }
  /** Decided, and no try can land any more: settle. */
  | { readonly kind: 'final'; readonly status: FinalStatus };

/** What the record that stood in the way of a claim means. `now` in epoch milliseconds. */
export function decideRefusal(record: OrderRecord, now: number): Refusal {
  if (record.lease_until >= now) return { kind: 'leased', leaseUntil: record.lease_until };
  if (isFinal(record.status)) return { kind: 'final', status: record.status };
  // The lease ran out between the failed claim and the read: the next try will claim it.
  return { kind: 'leased', leaseUntil: now };
}

/** What the record that stood in the way of this worker's decision means. */
export type LostDecision =
  /** The decision stands already, by an earlier answer that got lost, by the client or by an operator: settle it. */
  | { readonly kind: 'stands'; readonly status: FinalStatus }
  /** Another worker has claimed the order since: drop the work. */
  | { readonly kind: 'taken'; readonly leaseUntil: number };

/** What to do when the decision's condition failed for the worker of `attempt`. */
export function decideLost(record: OrderRecord, attempt: number): LostDecision {
  if (record.attempt === attempt && isFinal(record.status)) return { kind: 'stands', status: record.status };
  return { kind: 'taken', leaseUntil: record.lease_until };
}

/** How an order is settled: charge and sell, or give everything back. */
export type Settlement = 'charge' | 'undo';

/** The settlement of each final status. */
export const SETTLEMENTS: Readonly<Record<FinalStatus, Settlement>> = {
  COMPLETED: 'charge',
  REJECTED: 'undo',
  FAILED: 'undo',
  CANCELLED: 'undo',
};
