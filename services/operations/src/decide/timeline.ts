/** An order's story, from its record and its ledger entry. */

import type { AttemptTrace, StepTrace, TracedStep } from '@order-pipeline/contracts/order-timeline';
import type { OrderRecord } from '@order-pipeline/contracts/orders';

/** Kinds of steps, as operators.v1 names them. */
export type TimelineKind =
  | 'ACCEPTED'
  | 'CLAIMED'
  | 'RESERVED'
  | 'SCORED'
  | 'AUTHORIZED'
  | 'DECIDED'
  | 'SETTLED'
  | 'ATTEMPT_FAILED'
  | 'CANCELLED'
  | 'FAILED'
  | 'REFUNDED';

/** Something that happened to an order. */
export interface TimelineEvent {
  readonly kind: TimelineKind;
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly durationMs: number;
  readonly result: string;
  readonly detail: string;
  /** 0 for none. */
  readonly attempt: number;
}

/** The ledger entry, as far as the timeline needs it. */
export interface TimelinePayment {
  readonly state: string;
  readonly decline_code: string;
  /** ISO 8601. */
  readonly updated_at: string;
  readonly refunds?: readonly {
    readonly refund_id: string;
    readonly state: string;
    readonly updated_at?: string;
  }[];
}

/** One attempt with its steps. */
export interface TimelineAttempt {
  readonly number: number;
  readonly claimedAt: number;
  readonly error: string;
  readonly steps: readonly TimelineEvent[];
}

const KINDS: Readonly<Record<TracedStep, TimelineKind>> = {
  reserve: 'RESERVED',
  score: 'SCORED',
  authorize: 'AUTHORIZED',
  decide: 'DECIDED',
};

/**
 * Returns the attempts that the record describes, the first one first. Those before timelines were recorded are missing:
 * the last entry is that of the last attempt.
 */
export function toAttempts(record: OrderRecord, payment: TimelinePayment | undefined): TimelineAttempt[] {
  const { timeline = [], attempt } = record;
  return timeline.map((trace, index) => {
    const number = Math.max(1, attempt - timeline.length + index + 1);
    return {
      number,
      claimedAt: trace.at,
      error: trace.error ?? '',
      steps: stepsOf(trace, number, record, payment),
    };
  });
}

/** Returns everything that happened, in order of time. */
export function toTimeline(
  record: OrderRecord,
  payment: TimelinePayment | undefined,
  attempts: readonly TimelineAttempt[],
): TimelineEvent[] {
  const events = attempts.flatMap(({ steps }) => steps);
  if (record.created_at !== undefined) events.push(moment('ACCEPTED', Date.parse(record.created_at)));
  const endedAt = Date.parse(record.updated_at);
  if (record.status === 'CANCELLED') events.push(moment('CANCELLED', endedAt));
  if (record.status === 'FAILED')
    events.push(moment('FAILED', endedAt, record.reason ?? '', record.failure_note ?? ''));
  events.push(...settlementOf(record, payment));
  for (const { refund_id, state, updated_at } of payment?.refunds ?? [])
    if (state === 'DONE' && updated_at !== undefined)
      events.push(moment('REFUNDED', Date.parse(updated_at), state, refund_id));
  return events.sort((a, b) => a.at - b.at || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Of steps in the same millisecond, what leads to the other comes first. */
const ORDER: readonly TimelineKind[] = [
  'ACCEPTED',
  'CLAIMED',
  'SCORED',
  'RESERVED',
  'AUTHORIZED',
  'ATTEMPT_FAILED',
  'DECIDED',
  'CANCELLED',
  'FAILED',
  'SETTLED',
  'REFUNDED',
];

function stepsOf(
  { at, steps = [], error }: AttemptTrace,
  attempt: number,
  record: OrderRecord,
  payment: TimelinePayment | undefined,
): TimelineEvent[] {
  const events = steps.map((step) => toEvent(step, at, attempt, record, payment));
  const claimed: TimelineEvent = { ...moment('CLAIMED', at), attempt };
  const failedAt = Math.max(at, ...events.map((event) => event.at));
  const failed = error === undefined ? [] : [{ ...moment('ATTEMPT_FAILED', failedAt, '', error), attempt }];
  return [claimed, ...events, ...failed];
}

function toEvent(
  [kind, afterMs, tookMs, result]: StepTrace,
  claimedAt: number,
  attempt: number,
  record: OrderRecord,
  payment: TimelinePayment | undefined,
): TimelineEvent {
  const at = claimedAt + afterMs + tookMs;
  return {
    kind: KINDS[kind],
    at,
    durationMs: tookMs,
    result,
    detail: detailOf(kind, result, record, payment),
    attempt,
  };
}

function detailOf(
  kind: TracedStep,
  result: string,
  record: OrderRecord,
  payment: TimelinePayment | undefined,
): string {
  if (kind === 'score' && record.fraud_score !== undefined) return `score ${record.fraud_score.toFixed(2)}`;
  if (kind === 'authorize' && result === 'DECLINED') return payment?.decline_code ?? '';
  if (kind === 'decide') return record.reason ?? '';
  return '';
}

/** The ledger's last move is part of the settlement, and the only one that is timed. */
function settlementOf(
  { status, attempt }: OrderRecord,
  payment: TimelinePayment | undefined,
): TimelineEvent[] {
  if (!payment || status === 'PROCESSING') return [];
  if (payment.state !== 'CAPTURED' && payment.state !== 'VOIDED') return [];
  return [{ ...moment('SETTLED', Date.parse(payment.updated_at), payment.state), attempt }];
}

function moment(kind: TimelineKind, at: number, result = '', detail = ''): TimelineEvent {
  return { kind, at, durationMs: 0, result, detail, attempt: 0 };
}
