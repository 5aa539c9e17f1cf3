/** Decides from the orders table whether an operator may fail an order. */
import { type FinalStatus, isFinal, type OrderRecord } from '@order-pipeline/contracts/orders';

/** The next step of failing an order. */
export type FailStep =
  /** The order is unclaimed, or the last claim's lease has expired without a decision: write FAILED. */
  | { readonly kind: 'write' }
  /** A worker's tries may still land until then (epoch milliseconds). */
  | { readonly kind: 'wait'; readonly until: number }
  /** An operator has failed it before: release its holds again. */
  | { readonly kind: 'settle' }
  /** It has another outcome already, which nothing changes. */
  | { readonly kind: 'refuse'; readonly status: FinalStatus };

/** The next step of failing an order whose record is `record`. `now` in epoch milliseconds. */
export function decideFail(record: OrderRecord | undefined, now: number): FailStep {
  if (!record) return { kind: 'write' };
  const { status } = record;
  if (isFinal(status) && status !== 'FAILED') return { kind: 'refuse', status };
  if (record.lease_until >= now) return { kind: 'wait', until: record.lease_until };
  return { kind: status === 'FAILED' ? 'settle' : 'write' };
}
