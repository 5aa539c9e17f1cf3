/**
 * What to do about a hold, an authorization or a claim that is older than an order should take.
 *
 * | the order | verdict |
 * |---|---|
 * | is decided, and its lease has run out | settle: what a worker would do that met its message again |
 * | has a live lease | leave: a worker is at it, and its tries may still land |
 * | is PROCESSING, its lease ran out a short while ago | leave: its message is about to reappear |
 * | is PROCESSING, its lease ran out long ago | report: its message waits in the queue or the dead-letter queue |
 * | has no record | report: see below |
 *
 * Nothing depends on the age for its safety; the age keeps the reconciler out of the way of orders that are on their way.
 *
 * **No record.** A worker tries only after its claim is written, records are never deleted, and the record is read
 * consistently after the hold was seen. So the hold is not the protocol's: tables were restored to different moments, or
 * somebody called a service by hand. It is reported however old it is. Giving it back would be wrong if the record is what
 * got lost, and a void would bar the order's payment for good if its message were still to come. The record of an order that
 * was cancelled before any claim counts as none: its tries never began.
 *
 * **Undecided.** Only a decision can be settled, and only a worker or an operator decides: `orders dlq redrive`, `orders
 * fail`, or the client who cancels. So an undecided order is reported, and its holds and its authorization with it.
 *
 * **A hold on a COMPLETED order** is confirmed. It is nearly always one whose confirmation failed. It could also be one
 * that a zombie's Reserve left *after* the confirmation, and which would have to be released:
 * - An earlier attempt's Reserve is kept out by `not_after`, as long as clock skew, and the time from a service's last
 *   look at its clock to its write landing, stay within LEASE_MARGIN_MS together. A longer pause of the whole process
 *   (a frozen machine), or a request that the network delivers later than that, breaks the rule.
 * - The deciding attempt's own Reserve can do it within the rules: a try times out and is repeated, the repeat is
 *   answered, the order is decided and confirmed within its lease, and only then does the first try's write land.
 * Neither can be told from a hold that awaits its confirmation: the record does not say what was confirmed, and the hold's
 * time does not either, since a zombie that comes before the confirmation takes the genuine hold over and makes it look
 * newer. The two mistakes are not alike: to release a hold that was sold sells its pieces twice; to confirm a zombie's takes
 * pieces off the shelf that nobody bought, which the next stocktaking finds. So it is confirmed.
 *
 * On an order that is decided otherwise a zombie's hold is harmless: release is right for it too. Money has no such case,
 * for the ledger has one entry an order, and a void leaves one that bars what comes later. What a gateway has approved
 * while the ledger never heard of it is not seen here; the void of the order's own settlement asks the gateway for it.
 */
import type { FinalStatus, OrderItem, OrderRecord } from '@order-pipeline/contracts/orders';
import { decideRefusal } from '../decide/claim.js';

/** What was found. */
export type FindingKind =
  /** Pieces of one item that an order holds. */
  | 'hold'
  /** Money that is set aside and neither charged nor given back. */
  | 'authorization'
  /** An order whose worker's lease has run out. */
  | 'claim';

/** Something that is older than an order should take. */
export interface Finding {
  readonly kind: FindingKind;
  readonly orderId: string;
  /** When it was taken; when the lease ended, for a claim. Epoch milliseconds. */
  readonly since: number;
  /** The held item, for a hold. */
  readonly sku?: string;
  /** The held pieces, for a hold. */
  readonly quantity?: number;
}

/** Why something is reported and not settled. */
export type ReportReason =
  /** The order is undecided, and nobody has been at it for long. */
  | 'STUCK'
  /** There is no such order, or nobody ever claimed it. */
  | 'NO_ORDER';

/** What to do about all findings of one order. */
export type Verdict =
  | { readonly action: 'settle'; readonly status: FinalStatus; readonly items: readonly OrderItem[] }
  | { readonly action: 'report'; readonly reason: ReportReason }
  | { readonly action: 'leave' };

/** Whether something that began at `since` is older than `ageMs`. Times in epoch milliseconds. */
export function isOverdue(since: number, now: number, ageMs: number): boolean {
  return since < now - ageMs;
}

/** What to do about an order's findings, given its record as it stands at `now` (epoch milliseconds). */
export function decideVerdict(record: OrderRecord | undefined, now: number, ageMs: number): Verdict {
  if (!record?.items) return { action: 'report', reason: 'NO_ORDER' };
  const refusal = decideRefusal(record, now);
  if (refusal.kind === 'final') return { action: 'settle', status: refusal.status, items: record.items };
  if (isOverdue(record.lease_until, now, ageMs)) return { action: 'report', reason: 'STUCK' };
  return { action: 'leave' };
}
