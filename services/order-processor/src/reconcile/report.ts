/** Results of a pass, for logs, people and programs. */
import type { Action, Outcome, PassSummary } from './reconcile.js';

/** Returns an outcome with the field names of the tables, for logs and programs. */
export function toRecord({ finding, verdict, action, error }: Outcome) {
  const { kind, orderId, since, hold } = finding;
  return {
    action,
    kind,
    order_id: orderId,
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    ...hold,
    ...('status' in verdict && { status: verdict.status }),
    ...(verdict.action === 'report' && { reason: verdict.reason }),
    ...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
  };
}

/** Returns an outcome as one line. */
export function toLine(outcome: Outcome): string {
  const { action, kind, order_id, since, status, reason, error, ...hold } = toRecord(outcome);
  const what = 'token' in hold ? `hold of ${hold.quantity} ${hold.sku}` : kind;
  const age = since === undefined ? what : `${what} since ${since}`;
  return [action.padEnd(8), `order ${order_id}`, status ?? reason, age, error]
    .filter((part) => part !== undefined)
    .join('  ');
}

const WORDS: readonly (readonly [Action, string])[] = [
  ['settled', 'settled'],
  ['released', 'returned to stock, since no decision counts on them'],
  ['voided', 'voided at the provider, since no ledger entry counts on them'],
  ['planned', 'would be settled'],
  ['failed', 'could not be settled'],
  ['reported', 'undecided or unknown, for an operator'],
  ['left', 'left to the workers'],
];

/** Returns a summary of a pass. */
export function describeSummary(summary: PassSummary): string {
  const parts = WORDS.filter(([action]) => summary[action] > 0).map(
    ([action, words]) => `${summary[action]} ${words}`,
  );
  const stuck =
    summary.stuckOrders > 0 ? `\nStuck orders: ${summary.stuckOrders}. Try: npm run orders -- dlq list` : '';
  const unread =
    summary.sweepError === undefined
      ? ''
      : `\nThe provider's open authorizations could not be read: ${summary.sweepError}`;
  return (parts.length > 0 ? parts.join(', ') : 'Nothing is open for too long') + stuck + unread;
}

/** Returns the summary of a pass, for programs. */
export function toSummaryRecord({ sweepError, ...summary }: PassSummary) {
  return sweepError === undefined ? summary : { ...summary, sweep_error: String(sweepError) };
}
