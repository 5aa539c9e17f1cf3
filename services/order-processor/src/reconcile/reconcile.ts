/**
 * One pass of the reconciler: finds what workers have left open, compares it with the orders, and settles what is decided.
 * Every effect is idempotent and goes through the services, so that any number of passes may run in parallel, and one may
 * end anywhere.
 */

import { type CallOptions, ConnectError } from '@connectrpc/connect';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import type { Hold } from '@order-pipeline/contracts/stock';
import { hasFacts, type OrderStore } from '@order-pipeline/order-protocol/order-store';
import { publishFinal, publishUnclaimed } from '@order-pipeline/order-protocol/publish-final';
import { completeRefunds } from '@order-pipeline/order-protocol/publish-refunds';
import type { Scoring } from '@order-pipeline/order-protocol/scoring';
import { SETTLE_BUDGET_MS, settleOrder } from '@order-pipeline/order-protocol/settle-order';
import { workOfRecord } from '@order-pipeline/order-protocol/work-of-record';
import type { Clock } from '@order-pipeline/platform/clock';
import { MalformedItemError } from '@order-pipeline/platform/dynamo/errors';
import { currentCallHeaders } from '@order-pipeline/platform/rpc/context';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import { createWork, runWork, type Work } from '@order-pipeline/platform/work';
import { decideVerdict, type Finding, type Verdict } from './decide.js';
import type { Find, Walk } from './find.js';
import { sweepAuthorizations } from './sweep.js';

/** Dependencies of a pass. */
export interface ReconcileDeps {
  readonly find: Find;
  readonly store: Pick<
    OrderStore,
    'read' | 'noteCaptureFailed' | 'noteRefunds' | 'noteEventPublished' | 'noteSettled'
  >;
  /** Called once for each completed order whose authorization was gone before it was charged. Must not throw. */
  readonly onCaptureFailed?: (orderId: string) => void;
  readonly scoring: Scoring;
  readonly events: EventSink;
  readonly clock: Clock;
}

/** Options of a pass. */
export interface ReconcileOptions {
  /** Minimum age before an entry is reconciled, in milliseconds. */
  readonly ageMs: number;
  /** Settles nothing. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Called with each finding and its result. Must not throw. */
  readonly onFinding: (outcome: Outcome) => void;
  /** Extent of the walk through payments and orders; all of them by default. */
  readonly walk?: Walk;
}

/** Result of a finding. */
export type Action =
  | 'settled'
  /** A hold that no decision counts on has returned to stock. */
  | 'released'
  /** An authorization that the ledger does not count on was voided at the provider. */
  | 'voided'
  /** It would have been settled, were this not a dry run. */
  | 'planned'
  /** A service refused the settlement or did not respond, or the record does not parse. The next pass tries again. */
  | 'failed'
  /** Not to be settled automatically: an operator has to decide. */
  | 'reported'
  /** Others are at it. */
  | 'left';

/** A finding and its result. */
export interface Outcome {
  readonly finding: Finding;
  readonly verdict: Verdict;
  readonly action: Action;
  /** Reason of the failure. */
  readonly error?: unknown;
}

/** Result of a whole pass: the number of findings by their results. */
export interface PassSummary extends Readonly<Record<Action, number>> {
  /** Undecided orders that no worker has claimed for long. */
  readonly stuckOrders: number;
  /** Of those, the ones that the walk met. */
  readonly stuckClaims: number;
  /** Reason why the provider's open authorizations could not be compared. */
  readonly sweepError?: unknown;
}

/** Orders that are settled at the same time. */
const CONCURRENCY = 8;

/** Runs one pass. Rejects when the signal aborts or a table cannot be read; what was settled by then stays settled. */
export async function reconcile(deps: ReconcileDeps, options: ReconcileOptions): Promise<PassSummary> {
  const { signal, ageMs, onFinding } = options;
  const summary = { settled: 0, released: 0, voided: 0, planned: 0, failed: 0, reported: 0, left: 0 };
  const stuck = new Set<string>();
  let stuckClaims = 0;
  const authorizations = new Set<string>();
  // An order's lines and its payment are found one by one; one settlement is for them all.
  const settled = new Map<string, OrderResult>();
  const handle = async ([orderId, found]: readonly [string, readonly Finding[]]) => {
    const record = await readRecord(deps.store, orderId);
    await runWork(workOf(orderId, record), () => handleFindings(orderId, found, record));
  };
  const handleFindings = async (orderId: string, found: readonly Finding[], record: ReadRecord) => {
    for (const finding of found) {
      const verdict = decideFinding(finding, record, deps.clock(), ageMs);
      // Refunds stay in the ledger forever: those that are published are no finding.
      if (verdict.action === 'leave' && (finding.kind === 'refund' || finding.kind === 'event')) continue;
      const known = verdict.action === 'settle' ? settled.get(orderId) : undefined;
      const result = known ?? (await carryOut(deps, options, verdict, record));
      if (verdict.action === 'settle') settled.set(orderId, result);
      summary[result.action] += 1;
      if (verdict.action === 'report' && verdict.reason === 'STUCK') stuck.add(orderId);
      if (finding.kind === 'claim' && result.action === 'reported') stuckClaims += 1;
      if (finding.kind === 'authorization') authorizations.add(orderId);
      onFinding({ finding, ...result });
    }
  };
  const handleAll = async (findings: readonly Finding[]) => {
    for (const orders of inGroups(groupByOrder(findings), CONCURRENCY)) {
      signal.throwIfAborted();
      await Promise.all(orders.map(handle));
    }
  };
  for await (const findings of deps.find({ now: deps.clock(), ageMs }, signal, options.walk))
    await handleAll(findings);
  const isNew = ({ orderId, match }: Finding) => match !== undefined || !authorizations.has(orderId);
  let sweepError: unknown;
  try {
    const sweep = { before: deps.clock() - ageMs, dryRun: options.dryRun, signal };
    for await (const findings of sweepAuthorizations(deps.scoring, sweep))
      await handleAll(findings.filter(isNew));
  } catch (error) {
    // Tables are searched without the provider; the next pass asks it again.
    signal.throwIfAborted();
    if (!(error instanceof ConnectError)) throw error;
    sweepError = error;
  }
  const outcome = { ...summary, stuckOrders: stuck.size, stuckClaims };
  return sweepError === undefined ? outcome : { ...outcome, sweepError };
}

/** Names the order in every log line, those of the services that settle it included. */
function workOf(orderId: string, record: ReadRecord): Work {
  if (record === undefined || record instanceof MalformedItemError) return createWork({ order_id: orderId });
  return workOfRecord(record);
}

type OrderResult = Omit<Outcome, 'finding'>;

type ReadRecord = OrderRecord | MalformedItemError | undefined;

/** Reads the order's record; one that does not parse must not keep a pass from the others. */
async function readRecord(store: ReconcileDeps['store'], orderId: string): Promise<ReadRecord> {
  try {
    return await store.read(orderId);
  } catch (error) {
    if (error instanceof MalformedItemError) return error;
    throw error;
  }
}

function decideFinding(finding: Finding, record: ReadRecord, now: number, ageMs: number): Verdict {
  return record instanceof MalformedItemError
    ? { action: 'leave' }
    : decideVerdict(finding, record, now, ageMs);
}

async function carryOut(
  { scoring, events, store, onCaptureFailed }: ReconcileDeps,
  { dryRun, signal }: ReconcileOptions,
  verdict: Verdict,
  record: ReadRecord,
): Promise<OrderResult> {
  if (record instanceof MalformedItemError) return { verdict, action: 'failed', error: record };
  if (verdict.action === 'leave') return { verdict, action: 'left' };
  if (verdict.action === 'report') return { verdict, action: 'reported' };
  if (dryRun) return { verdict, action: 'planned' };
  if (verdict.action === 'void') return { verdict, action: 'voided' };
  const call = { signal, timeoutMs: SETTLE_BUDGET_MS, headers: currentCallHeaders() };
  try {
    if (verdict.action === 'settle') {
      const { captureFailed } = await settleOrder(scoring, verdict.order, verdict.status, call);
      const { order_id } = verdict.order;
      if (captureFailed && (await store.noteCaptureFailed(order_id))) onCaptureFailed?.(order_id);
      if (record) await publishFinal(events, record);
      if (record?.settlement_due) await store.noteSettled(order_id);
    } else if (verdict.action === 'refund') {
      if (record && hasFacts(record)) await completeRefunds({ scoring, store, events }, record, call);
    } else if (verdict.action === 'publish') {
      if (record) await publishUnclaimed(events, store, record);
    } else await releaseStray(scoring, record?.order_id ?? '', verdict.hold, call);
    return { verdict, action: verdict.action === 'release' ? 'released' : 'settled' };
  } catch (error) {
    signal.throwIfAborted();
    return { verdict, action: 'failed', error };
  }
}

async function releaseStray(
  { inventory }: Scoring,
  orderId: string,
  hold: Hold,
  call: CallOptions,
): Promise<void> {
  const { sku, quantity } = hold;
  await inventory.client.release({ orderId, lines: [{ sku, quantity }], holds: [hold] }, call);
}

function groupByOrder(findings: readonly Finding[]): [string, Finding[]][] {
  const orders = new Map<string, Finding[]>();
  for (const finding of findings)
    orders.set(finding.orderId, [...(orders.get(finding.orderId) ?? []), finding]);
  return [...orders];
}

function inGroups<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}
