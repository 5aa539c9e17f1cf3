/**
 * Refunds of a captured payment, kept in its ledger entry:
 *
 *     absent ──reserve──▶ PENDING ──the provider pays back──▶ DONE ──the bank returns it──▶ FAILED
 *                            └─────the provider refuses────▶ FAILED
 *
 * A refund is reserved in the ledger before the provider is asked, so that refunds at the same time never exceed what
 * was
 * captured. One that is PENDING counts: the provider may have paid it back.
 */

/** Every state of a refund. */
export const REFUND_STATES = ['PENDING', 'DONE', 'FAILED'] as const;

/** State of a refund. */
export type RefundState = (typeof REFUND_STATES)[number];

/** A refund in a ledger entry. */
export interface LedgerRefund {
  /** Unique within the payment. */
  readonly refund_id: string;
  /** In the minor unit of the payment's currency. */
  readonly amount: number;
  readonly state: RefundState;
  /** An operator's words, or where the refund was made. */
  readonly reason: string;
  /** The gateway's name for the refund; empty until it has answered. */
  readonly gateway_reference: string;
  /** Place among the refunds that were made, from 1; 0 until it is DONE. */
  readonly sequence: number;
  /** Sum of the refunds that were made by then, this one included; 0 until it is DONE. */
  readonly refunded_total: number;
  /** Time of the last change of the refund, ISO 8601 in UTC with milliseconds. */
  readonly updated_at: string;
}

/** A ledger entry, as far as its refunds need it. */
export interface RefundedEntry {
  /** State of the payment. */
  readonly state: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly refunds?: readonly LedgerRefund[];
}

/** A refund that a caller asks for. */
export interface RefundRequest {
  readonly refundId: string;
  /** In the minor unit; 0 for all that is left. */
  readonly amount: number;
  readonly reason: string;
}

/** Next step of a refund. */
export type RefundStep =
  /** Write it as PENDING, then ask the gateway. */
  | { readonly step: 'reserve'; readonly amount: number }
  /** It is PENDING: ask the gateway. */
  | { readonly step: 'ask'; readonly refund: LedgerRefund }
  /** It is the response. */
  | { readonly step: 'keep'; readonly refund: LedgerRefund }
  | { readonly step: 'refuse'; readonly reason: string }
  | { readonly step: 'missing' };

/** Decides what to do about a refund. */
export function decideRefund(entry: RefundedEntry | undefined, request: RefundRequest): RefundStep {
  if (!entry) return { step: 'missing' };
  const known = entry.refunds?.find(({ refund_id }) => refund_id === request.refundId);
  if (known) return decideRepeat(known, request);
  if (entry.state !== 'CAPTURED') return { step: 'refuse', reason: `the payment is ${entry.state}` };
  const left = entry.amount - committedOf(entry);
  if (left === 0) return { step: 'refuse', reason: 'nothing is left to refund' };
  if (request.amount > left)
    return { step: 'refuse', reason: `only ${left} of ${entry.amount} are left to refund` };
  return { step: 'reserve', amount: request.amount || left };
}

function decideRepeat(known: LedgerRefund, { amount }: RefundRequest): RefundStep {
  if (amount !== 0 && amount !== known.amount)
    return { step: 'refuse', reason: `refund ${known.refund_id} is for another amount` };
  if (known.state === 'FAILED') return { step: 'refuse', reason: `refund ${known.refund_id} has failed` };
  return known.state === 'DONE' ? { step: 'keep', refund: known } : { step: 'ask', refund: known };
}

/** Returns the sum of the refunds that were or may have been made. */
function committedOf({ refunds = [] }: Pick<RefundedEntry, 'refunds'>): number {
  return sumOf(refunds.filter(({ state }) => state !== 'FAILED'));
}

/** Returns the sum of the refunds that were made. */
export function refundedOf({ refunds = [] }: Pick<RefundedEntry, 'refunds'>): number {
  return sumOf(refunds.filter(({ state }) => state === 'DONE'));
}

/** Returns the refunds with one added or replaced. One that becomes DONE gets its place and total. */
export function withRefund(entry: RefundedEntry, refund: LedgerRefund): readonly LedgerRefund[] {
  const { refunds = [] } = entry;
  const becomesDone = refund.state === 'DONE' && refund.sequence === 0;
  const next = becomesDone
    ? {
        ...refund,
        sequence: Math.max(0, ...refunds.map(({ sequence }) => sequence)) + 1,
        refunded_total: refundedOf(entry) + refund.amount,
      }
    : refund;
  const isKnown = refunds.some(({ refund_id }) => refund_id === refund.refund_id);
  if (!isKnown) return [...refunds, next];
  return refunds.map((each) => (each.refund_id === refund.refund_id ? next : each));
}

function sumOf(refunds: readonly LedgerRefund[]): number {
  return refunds.reduce((sum, { amount }) => sum + amount, 0);
}
