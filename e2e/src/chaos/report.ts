/** The figures of a run, for people and for programs. */
import { VIOLATIONS, type Violation, type ViolationKind } from './check/violations.js';
import type { Drained } from './drain.js';
import type { History } from './history.js';
import type { Scenario } from './scenarios.js';
import type { FaultKind } from './schedule.js';

/** The figures of a run. */
export interface Report {
  readonly seed: number;
  readonly orders: number;
  /** POSTs by their outcome. */
  readonly posts: Readonly<Record<'accepted' | 'refused' | 'unknown', number>>;
  /** Final states, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly polls: number;
  readonly kills: number;
  readonly duplicates: number;
  readonly faults: Partial<Readonly<Record<FaultKind, number>>>;
  /** Dead letters that were sent back after the run, and the most at once during it. */
  readonly redriven: number;
  readonly deadLettersMax: number;
  /** Dead letters of the webhooks that were moved back after the run. */
  readonly webhooksRedriven: number;
  /** Orders that `order ended` counted, by status and reason; and those that only `order settled` counts. */
  readonly counted: Readonly<Record<string, number>>;
  readonly countedBySettlement: number;
  /** Charges in the provider's journal. */
  readonly charges: number;
  readonly refunds: number;
  /** Distinct events, publications of them, and requests that the webhook receiver failed. */
  readonly events: number;
  readonly publications: number;
  readonly webhookFailures: number;
  readonly logLines: number;
  readonly trafficMs: number;
  readonly drainMs: number;
  readonly violations: readonly Violation[];
  readonly violationCounts: Readonly<Record<ViolationKind, number>>;
  /** Reasons for which the run failed besides violations: it proves nothing, or not enough. */
  readonly failures: readonly string[];
}

/** Input of a report. */
export interface ReportInput {
  readonly seed: number;
  readonly orders: number;
  readonly scenario: Scenario;
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly trafficMs: number;
  readonly drained: Drained;
  /** True when the reconciler found nothing any more. */
  readonly reconciled: boolean;
  readonly deadLettersMax: number;
  readonly webhookFailures: number;
  readonly logLines: number;
  readonly counts: {
    readonly faults: Partial<Readonly<Record<FaultKind, number>>>;
    readonly missing: readonly FaultKind[];
  };
}

/** Adds up a run. */
export function createReport(input: ReportInput): Report {
  const { seed, orders, history, violations, trafficMs, drained, counts } = input;
  const { deadLettersMax, webhookFailures, logLines } = input;
  const inJournal = (kind: string) => history.journal.filter((entry) => entry.kind === kind).length;
  const { faults } = counts;
  const kills = Object.entries(faults).filter(([kind]) => kind.startsWith('kill:'));
  return {
    seed,
    orders,
    posts: { accepted: 0, refused: 0, unknown: 0, ...countBy(history.posts, ({ outcome }) => outcome.kind) },
    statuses: countBy(history.orders, endOf),
    polls: history.sightings.length,
    kills: kills.reduce((sum, [, count]) => sum + count, 0),
    duplicates: faults.duplicate ?? 0,
    faults,
    redriven: drained.redriven,
    deadLettersMax,
    webhooksRedriven: drained.webhooksRedriven,
    counted: countBy(history.ended, endOf),
    countedBySettlement: countSettledOnly(history),
    charges: inJournal('captured'),
    refunds: inJournal('refunded'),
    events: new Set(history.events.map(({ id }) => id)).size,
    publications: history.events.length,
    webhookFailures,
    logLines,
    trafficMs,
    drainMs: drained.drainMs,
    violations,
    violationCounts: countViolations(violations),
    failures: findFailures(input),
  };
}

function endOf({ status, reason }: { readonly status: string; readonly reason?: string }): string {
  return reason === undefined ? status : `${status} ${reason}`;
}

/** Returns true when the run shows what it is there to show. */
export function passed({ violations, failures }: Report): boolean {
  return violations.length === 0 && failures.length === 0;
}

/**
 * Returns how many counts the faults can have cost: a process died between a write and its count, or the write took effect
 * after its time.
 */
function countsLost(faults: Report['faults']): number {
  return Object.entries(faults)
    .filter(([kind]) => kind.startsWith('kill:') || kind === 'dynamodb:late')
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Returns the number of orders that only their settlement counts. */
function countSettledOnly({ ended, settled }: History): number {
  const counted = new Set(ended.map(({ order_id }) => order_id));
  return new Set(settled.flatMap(({ order_id }) => (counted.has(order_id) ? [] : [order_id]))).size;
}

function findFailures(input: ReportInput): string[] {
  const { scenario, drained, counts, reconciled, deadLettersMax, history } = input;
  const uncounted = countSettledOnly(history);
  return [
    ...(counts.missing.length > 0 ? [`these faults never happened: ${counts.missing.join(', ')}`] : []),
    ...(drained.empty ? [] : ['the queues were not empty in time']),
    ...(uncounted > countsLost(counts.faults)
      ? [`${uncounted} orders were not counted when they ended, more than faults can explain`]
      : []),
    ...(reconciled ? [] : ['the reconciler did not come to an end']),
    ...(scenario.allowsDeadLetters || deadLettersMax + drained.redriven === 0
      ? []
      : [`${Math.max(deadLettersMax, drained.redriven)} orders reached the dead-letter queue`]),
  ];
}

function countViolations(violations: readonly Violation[]): Record<ViolationKind, number> {
  const counts = countBy(violations, ({ kind }) => kind);
  return Object.fromEntries(Object.keys(VIOLATIONS).map((kind) => [kind, counts[kind] ?? 0])) as Record<
    ViolationKind,
    number
  >;
}

function countBy<T>(values: readonly T[], keyOf: (value: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[keyOf(value)] = (counts[keyOf(value)] ?? 0) + 1;
  return counts;
}
