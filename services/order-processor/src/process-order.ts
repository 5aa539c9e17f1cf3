/** The order protocol: claim, try, decide, settle. When a worker dies between two steps, the next one continues from the stored state. */
import { randomUUID } from 'node:crypto';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import type {
  FinalStatus,
  OrderReason,
  OrderRecord,
  OrderStatus,
  RejectionReason,
} from '@order-pipeline/contracts/orders';
import { decideLost, decideRefusal } from '@order-pipeline/order-protocol/decide/claim';
import {
  type Claim,
  type ClaimedOrder,
  hasFacts,
  OrderConditionFailedError,
  type OrderStore,
} from '@order-pipeline/order-protocol/order-store';
import { publishFinal } from '@order-pipeline/order-protocol/publish-final';
import type { Scoring } from '@order-pipeline/order-protocol/scoring';
import { SETTLE_BUDGET_MS, type Settled, settleOrder } from '@order-pipeline/order-protocol/settle-order';
import type { Clock } from '@order-pipeline/platform/clock';
import { currentCallHeaders } from '@order-pipeline/platform/rpc/context';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import { traceIdOf } from '@order-pipeline/platform/tracing/trace-context';
import { addFields, step } from '@order-pipeline/platform/work';
import { AttemptRecorder } from './attempt-recorder.js';
import type { ProtocolConfig } from './config.js';
import type { FirstErrors } from './first-errors.js';
import { type TriedOrder, tryOrder } from './try-order.js';

/** Dependencies of the order protocol. */
export interface ProtocolDeps {
  readonly store: OrderStore;
  /** Keeps the first error of messages that fail. */
  readonly firstErrors: FirstErrors;
  readonly scoring: Scoring;
  readonly clock: Clock;
  /** Receives the event of each settled order. */
  readonly events: EventSink;
  readonly config: ProtocolConfig;
  /** Called with each new status of an order, once it is written. Must not throw. */
  readonly onStatus: (orderId: string, status: OrderStatus) => void;
  /** Called for each claim, with its time in epoch milliseconds. Must not throw. */
  readonly onClaimed?: (order: ClaimedOrder, at: number) => void;
  /** Called once for each order that this worker decided. */
  readonly onDecided: (order: ClaimedOrder, status: FinalStatus, reason?: RejectionReason) => void;
  /** Called once for each order that an operator failed or cancelled. */
  readonly onEnded?: (orderId: string, status: 'FAILED' | 'CANCELLED') => void;
  /** Called with the end of another worker's live lease, in epoch milliseconds. */
  readonly onForeignLease?: (untilMs: number) => void;
  /**
   * Called for a message whose order was placed with another body under the same Idempotency-Key. The body that was
   * claimed first is the order; this one is never placed.
   */
  readonly onOtherBody: (orderId: string) => void;
  /** Called when a settlement sold other lines than the order has: stock and orders differ. Must not throw. */
  readonly onDifference: (order: ClaimedOrder, unsoldLines: number) => void;
  /** Called once for each completed order whose authorization was gone before it was charged. Must not throw. */
  readonly onCaptureFailed: (order: ClaimedOrder) => void;
}

/** The message that carried the order, as far as the protocol needs it. */
export interface OrderDelivery {
  readonly order: PlacedOrder;
  readonly requestId?: string | undefined;
  /** W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** Number of receives of the message, this one included; 1 by default. */
  readonly receiveCount?: number | undefined;
  /** Aborts when the worker has to stop. */
  readonly signal: AbortSignal;
}

/** Result of a delivery that did not fail. */
export type Processed =
  /** Decided and settled: the message can be deleted. */
  | { readonly kind: 'settled'; readonly status: FinalStatus; readonly reason?: OrderReason }
  /** Another worker is at it until then (epoch milliseconds): the message stays. */
  | { readonly kind: 'busy'; readonly until: number };

/** Processes an order as far as possible. Rethrows the errors of dependencies; every step can be repeated. */
export async function processOrder(deps: ProtocolDeps, delivery: OrderDelivery): Promise<Processed> {
  const now = deps.clock();
  const claim: Claim = {
    claimId: randomUUID(),
    now,
    leaseUntil: now + deps.config.leaseMs,
    requestId: delivery.requestId,
    traceId: traceIdOf(delivery.traceparent),
  };
  try {
    const order = await step('claim', () => deps.store.claim(delivery.order, claim));
    addFields({ attempt: order.attempt });
    noticeOtherBody(deps, delivery.order, order);
    deps.onClaimed?.(order, now);
    deps.onStatus(order.order_id, 'PROCESSING');
    return await decideClaimed(deps, delivery, order);
  } catch (error) {
    if (!(error instanceof OrderConditionFailedError)) throw error;
    const isOther = noticeOtherBody(deps, delivery.order, error.record);
    const refusal = decideRefusal(error.record, deps.clock());
    if (refusal.kind === 'leased') return { kind: 'busy', until: refusal.leaseUntil };
    // An early cancellation belongs to its own body, whose message completes it.
    if (isOther && !hasFacts(error.record)) return toSettled(refusal.status, error.record);
    const order = hasFacts(error.record) ? error.record : await deps.store.complete(delivery.order, claim);
    await settle(deps, delivery, await noteDue(deps, order), refusal.status);
    return toSettled(refusal.status, order);
  }
}

/** Notes that a decided order is not settled: the worker that decided it may have died, and this one may die as well. */
async function noteDue({ store }: ProtocolDeps, order: ClaimedOrder): Promise<ClaimedOrder> {
  if (order.settlement_due) return order;
  await store.noteSettlementDue(order.order_id);
  return { ...order, settlement_due: true };
}

function toSettled(status: FinalStatus, { reason }: Pick<OrderRecord, 'reason'>): Processed {
  return { kind: 'settled', status, ...(reason && { reason }) };
}

/** Reports a message of another body under the order's key. Returns true when it is one. */
function noticeOtherBody(
  { onOtherBody }: ProtocolDeps,
  { order_id, fingerprint }: PlacedOrder,
  record: OrderRecord,
): boolean {
  const isOther =
    fingerprint !== undefined && record.fingerprint !== undefined && fingerprint !== record.fingerprint;
  if (isOther) onOtherBody(order_id);
  return isOther;
}

async function decideClaimed(
  deps: ProtocolDeps,
  delivery: OrderDelivery,
  order: ClaimedOrder,
): Promise<Processed> {
  const notAfter = order.lease_until - deps.config.leaseMarginMs;
  const recorder = new AttemptRecorder(order.timeline?.at(-1)?.at ?? deps.clock(), deps.clock);
  const tried = await tryOrder(deps.scoring, order, {
    notAfter,
    recorder,
    call: () => callOptions(delivery, Math.max(1, notAfter - deps.clock())),
    accountCreatedAt: delivery.order.account_created_at,
  }).catch(async (error: unknown) => {
    await deps.firstErrors.noteAttempt(order, recorder.steps, error);
    throw error;
  });
  const committed = await commit(deps, delivery, order, { ...tried, recorder });
  if (committed.kind === 'busy') return committed;
  const { record, own } = committed;
  const { status } = record;
  // The holds of a decision by another worker are unknown here: settlement has to find them all.
  const settled = { ...order, ...record, ...(own && tried.holds && { holds: tried.holds }) };
  const { unsoldLines, retried } = await settle(deps, delivery, settled, status);
  // Within the lease no other worker settles: pieces that were not sold now were never held.
  if (own && !retried && unsoldLines > 0 && deps.clock() <= notAfter) deps.onDifference(order, unsoldLines);
  return toSettled(status, record);
}

/** State after a decision was written: the status, and true in `own` when this worker wrote it. */
type Committed =
  | { readonly kind: 'final'; readonly record: FinalRecord; readonly own: boolean }
  | Extract<Processed, { readonly kind: 'busy' }>;

/** A record in a final status. */
type FinalRecord = OrderRecord & { readonly status: FinalStatus };

/**
 * Writes the decision: after the first try together with the note that its settlement is due, since no other receive of the
 * message may follow. The first try, which is all that most orders need, leaves it out and saves the write that removes it.
 */
async function commit(
  deps: ProtocolDeps,
  { receiveCount = 1 }: OrderDelivery,
  order: ClaimedOrder,
  { decision, fraudScore, holds, recorder }: TriedOrder & { readonly recorder: AttemptRecorder },
): Promise<Committed> {
  const settlementDue = order.attempt > 1 || receiveCount > 1;
  let record: FinalRecord;
  try {
    recorder.mark('decide', decision.status);
    const details = { holds, fraudScore, settlementDue, steps: recorder.steps, now: deps.clock() };
    const decided = await step('decide', () => deps.store.decide(order, decision, details));
    record = { ...decided, status: decision.status };
  } catch (error) {
    if (!(error instanceof OrderConditionFailedError)) throw error;
    const lost = decideLost(error.record, order.attempt);
    if (lost.kind === 'taken') return { kind: 'busy', until: lost.leaseUntil };
    record = { ...error.record, status: lost.status };
    // Only this attempt could write its own decision: the response to the first try of the write was lost.
    if (lost.status !== decision.status) return { kind: 'final', record, own: false };
  }
  deps.onDecided(order, decision.status, 'reason' in decision ? decision.reason : undefined);
  deps.onStatus(order.order_id, decision.status);
  return { kind: 'final', record, own: true };
}

/**
 * Settles. What fails is noted in the record, so that the reconciler finds it should the message be lost: it may be the event
 * alone that is missing, which no hold and no authorization reveals.
 */
async function settle(
  deps: ProtocolDeps,
  delivery: OrderDelivery,
  order: ClaimedOrder,
  status: FinalStatus,
): Promise<Settled> {
  const { order_id, settlement_due } = order;
  const { store, firstErrors } = deps;
  try {
    const settled = await settleAll(deps, delivery, order, status);
    if (settlement_due) await store.noteSettled(order_id);
    firstErrors.forgetUnsettled(order_id);
    return settled;
  } catch (error) {
    // Until it is noted, the message is its only record.
    if (!settlement_due)
      await store.noteSettlementDue(order_id).then(
        () => firstErrors.forgetUnsettled(order_id),
        () => firstErrors.rememberUnsettled(order_id),
      );
    throw error;
  }
}

async function settleAll(
  deps: ProtocolDeps,
  delivery: OrderDelivery,
  order: ClaimedOrder,
  status: FinalStatus,
): Promise<Settled> {
  addFields({ attempt: order.attempt });
  const [settlement, published] = await Promise.allSettled([
    step('settle', () => settleOrder(deps.scoring, order, status, callOptions(delivery, SETTLE_BUDGET_MS))),
    step('publish', () => publishFinal(deps.events, order)),
  ]);
  if (settlement.status === 'rejected') throw settlement.reason;
  if (published.status === 'rejected') throw published.reason;
  const settled = settlement.value;
  if (order.cancelled_by && !order.counted && (await deps.store.noteCounted(order.order_id, 'CANCELLED')))
    deps.onEnded?.(order.order_id, 'CANCELLED');
  if (settled.captureFailed && (await deps.store.noteCaptureFailed(order.order_id)))
    deps.onCaptureFailed(order);
  return settled;
}

function callOptions({ signal, requestId, traceparent }: OrderDelivery, timeoutMs: number) {
  const headers = {
    ...(requestId && { 'x-request-id': requestId }),
    ...(traceparent && { traceparent }),
    ...currentCallHeaders(),
  };
  return { signal, timeoutMs, headers };
}
