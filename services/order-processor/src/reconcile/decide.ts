/**
 * Verdict on a hold, an authorization or a claim that is older than an order should take.
 *
 * | the order | verdict |
 * |---|---|
 * | is decided, and its lease has expired | settle, as a worker does that receives its message again |
 * | has a live lease | leave: a worker processes it, and its tries may still take effect |
 * | is PROCESSING, its lease expired recently | leave: its message is about to reappear |
 * | is PROCESSING, its lease expired long ago | report: its message waits in the queue or the dead-letter queue |
 * | has no record | report: see below |
 *
 * Safety does not depend on the age; the age keeps the reconciler away from orders in progress.
 *
 * **No record.** A worker tries only after its claim is written, records are never deleted, and the record is read
 * consistently after the hold was seen. So the hold is not the protocol's: tables were restored to different moments,
 * or a service was called by hand. It is reported however old it is. Releasing it would be wrong if the record was lost,
 * and a void would bar the order's payment for good if its message were received later. The record of
 * an order that was cancelled before any claim counts as none: its tries never began.
 *
 * **Undecided.** Only a decision can be settled, and only a worker or an operator decides: `orders dlq redrive`,
 * `orders fail`, or the client who cancels. So an undecided order is reported, and its holds and its authorization with
 * it.
 *
 * **Holds of a decided order.** The decision recorded the holds that it counted on. Those are settled: sold or
 * released. Any other hold of the order is a stray: a write that took effect late, after its own repeat had returned.
 * It is released under its own token and never sold, for any status of the order. An order that was cancelled, failed
 * or decided again after a worker died recorded none: its settlement finds and releases all.
 *
 * **Events.** A worker publishes the event of each order that it settles. The API ends orders without a worker: it cancels
 * an order that is not claimed yet, whose message brings a worker, and fails one whose message has expired. Once no worker
 * can come any more, the event is published here, without what was ordered, which was in the message.
 *
 * **Money.** The ledger has one entry an order, and a void leaves one that bars later authorizations. A provider
 * that approves late, after the worker has died, has an authorization that no entry counts on. The provider lists open
 * authorizations, and the payment service voids this one.
 */
import type { FinalStatus, OrderItem, OrderRecord } from '@order-pipeline/contracts/orders';
import { ORDER_MESSAGE_MAX_AGE_MS } from '@order-pipeline/contracts/queues';
import type { Hold } from '@order-pipeline/contracts/stock';
import { decideRefusal } from '@order-pipeline/order-protocol/decide/claim';

/** Kind of a finding. */
export type FindingKind =
  /** Pieces of one item that an order holds. */
  | 'hold'
  /** Money that is authorized and neither captured nor voided. */
  | 'authorization'
  /** An order whose worker's lease has expired. */
  | 'claim'
  /** A final order whose settlement failed, or that a client or an operator ended. */
  | 'settlement'
  /** Refunds that are pending, or whose events are not published. */
  | 'refund'
  /** A final order that no worker ever claimed, and whose event is not published. */
  | 'event';

/** Something that is older than an order should take. */
export interface Finding {
  readonly kind: FindingKind;
  readonly orderId: string;
  /** Time of the authorization or of the lease's end, in epoch milliseconds; absent for holds. */
  readonly since?: number;
  /** True for an order that no worker ever claimed. */
  readonly unclaimed?: true;
  /** The hold, for a hold. */
  readonly hold?: Hold;
  /** The refunds of the payment: the sequence of the last, the sum of those that were made, and whether any is pending. */
  readonly refunds?: { readonly last: number; readonly amount: number; readonly isPending: boolean };
  /**
   * Comparison of an authorization that is open at the provider with the ledger, where the two differ. `stray`: the
   * ledger does not count on it. `differs`: the ledger has it captured.
   */
  readonly match?: 'stray' | 'differs';
}

/** Reason why a finding is reported and not settled. */
export type ReportReason =
  /** The order is undecided, and no worker has claimed it for long. */
  | 'STUCK'
  /** The order does not exist, or was never claimed. */
  | 'NO_ORDER'
  /** The ledger has a payment captured that is still open at the provider. */
  | 'NOT_CHARGED';

/** Verdict on a finding. */
export type Verdict =
  /** Settle the order. */
  | { readonly action: 'settle'; readonly status: FinalStatus; readonly order: SettledOrder }
  /** Return a hold to stock that the order's decision did not count on. */
  | { readonly action: 'release'; readonly status: FinalStatus; readonly hold: Hold }
  /**
   * Void at the provider an authorization that the ledger does not count on; the payment service does so when it finds
   * it.
   */
  | { readonly action: 'void' }
  /** Complete the refunds of the order, and publish them. */
  | { readonly action: 'refund'; readonly status: FinalStatus }
  /** Publish the event of an order that no worker ever claimed. */
  | { readonly action: 'publish'; readonly status: FinalStatus }
  | { readonly action: 'report'; readonly reason: ReportReason }
  | { readonly action: 'leave' };

/** An order, as far as its settlement needs it. */
type SettledOrder = Pick<OrderRecord, 'order_id' | 'holds'> & { readonly items: readonly OrderItem[] };

/** Returns true when something that began at `since` is older than `ageMs`. Times in epoch milliseconds. */
export function isOverdue(since: number, now: number, ageMs: number): boolean {
  return since < now - ageMs;
}

/** Decides about a finding, given its order's record as it is at `now` (epoch milliseconds). */
export function decideVerdict(
  {
    since,
    hold,
    match,
    refunds,
    unclaimed,
  }: Pick<Finding, 'since' | 'hold' | 'match' | 'refunds' | 'unclaimed'>,
  record: OrderRecord | undefined,
  now: number,
  ageMs: number,
): Verdict {
  if (unclaimed) return decideUnclaimed(record, now);
  if (match === 'stray') return { action: 'void' };
  if (match === 'differs') return { action: 'report', reason: 'NOT_CHARGED' };
  if (!record?.items) return { action: 'report', reason: 'NO_ORDER' };
  const { order_id, items, holds, lease_until } = record;
  const refusal = decideRefusal(record, now);
  if (refusal.kind === 'leased')
    return isOverdue(lease_until, now, ageMs) ? { action: 'report', reason: 'STUCK' } : { action: 'leave' };
  const decidedAt = Math.max(lease_until, Date.parse(record.updated_at));
  if (!isOverdue(since ?? decidedAt, now, ageMs)) return { action: 'leave' };
  const { status } = refusal;
  if (refunds) return isNoted(refunds, record) ? { action: 'leave' } : { action: 'refund', status };
  if (hold && holds && !holds.some((counted) => isSameHold(counted, hold)))
    return { action: 'release', status, hold };
  return { action: 'settle', status, order: { order_id, items, ...(holds && { holds }) } };
}

/** A worker that meets the message of a cancelled order completes its record and publishes: it is waited for. */
function decideUnclaimed(record: OrderRecord | undefined, now: number): Verdict {
  if (!record || record.items || record.event_published) return { action: 'leave' };
  const refusal = decideRefusal(record, now);
  if (refusal.kind === 'leased') return { action: 'leave' };
  const { status } = refusal;
  const isGone =
    status === 'FAILED' || isOverdue(Date.parse(record.updated_at), now, ORDER_MESSAGE_MAX_AGE_MS);
  return isGone ? { action: 'publish', status } : { action: 'leave' };
}

function isNoted(
  { last, amount, isPending }: NonNullable<Finding['refunds']>,
  { refunds_published = 0, refunded_amount = 0 }: OrderRecord,
): boolean {
  return !isPending && last <= refunds_published && amount === refunded_amount;
}

function isSameHold(a: Hold, b: Hold): boolean {
  return a.sku === b.sku && a.shard === b.shard && a.token === b.token;
}
