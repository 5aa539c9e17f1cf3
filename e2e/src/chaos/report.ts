/** What came of a run, for people and for programs. */
import { VIOLATIONS, type Violation, type ViolationKind } from './checker.js';
import type { Drained } from './drain.js';
import type { History } from './history.js';
import type { Scenario } from './scenarios.js';
import type { FaultKind } from './schedule.js';

/** The figures of a run. */
export interface Report {
  readonly seed: number;
  readonly orders: number;
  /** How POSTs were answered. */
  readonly posts: Readonly<Record<'accepted' | 'refused' | 'unknown', number>>;
  /** Final states, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly polls: number;
  readonly kills: number;
  readonly duplicates: number;
  readonly faults: Partial<Readonly<Record<FaultKind, number>>>;
  readonly redriven: Readonly<Record<string, number>>;
  readonly trafficMs: number;
  readonly drainMs: number;
  readonly violations: readonly Violation[];
  readonly violationCounts: Readonly<Record<ViolationKind, number>>;
  /** Why the run failed besides violations: it proves nothing, or not enough. */
  readonly failures: readonly string[];
}

/** What a report is made of. */
export interface ReportInput {
  readonly seed: number;
  readonly orders: number;
  readonly scenario: Scenario;
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly trafficMs: number;
  readonly drained: Drained;
  readonly counts: {
    readonly faults: Partial<Readonly<Record<FaultKind, number>>>;
    readonly missing: readonly FaultKind[];
  };
}

/** Adds up a run. */
export function createReport(input: ReportInput): Report {
  const { seed, orders, history, violations, trafficMs, drained, counts } = input;
  const { faults } = counts;
  const kills = Object.entries(faults).filter(([kind]) => kind.startsWith('kill:'));
  return {
    seed,
    orders,
    posts: { accepted: 0, refused: 0, unknown: 0, ...countBy(history.posts, ({ outcome }) => outcome.kind) },
    statuses: countBy(history.orders, ({ status }) => status),
    polls: history.sightings.length,
    kills: kills.reduce((sum, [, count]) => sum + count, 0),
    duplicates: faults.duplicate ?? 0,
    faults,
    redriven: drained.redriven,
    trafficMs,
    drainMs: drained.drainMs,
    violations,
    violationCounts: countViolations(violations),
    failures: findFailures(input),
  };
}

/** Whether the run shows what it is there to show. */
export function passed({ violations, failures }: Report): boolean {
  return violations.length === 0 && failures.length === 0;
}

function findFailures({ scenario, drained, counts }: ReportInput): string[] {
  const deadLetters = Object.values(drained.redriven).reduce((sum, count) => sum + count, 0);
  return [
    ...(counts.missing.length > 0 ? [`these faults never happened: ${counts.missing.join(', ')}`] : []),
    ...(drained.empty ? [] : ['the queues were not empty in time']),
    ...(scenario.allowsDeadLetters || deadLetters === 0
      ? []
      : [`${deadLetters} orders reached the dead-letter queue`]),
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

/** Violations that are printed one by one. */
const SHOWN_MAX = 20;

/** The report as text. The last line is the verdict. */
export function formatReport(report: Report): string {
  const { violationCounts: counts, violations, failures } = report;
  const rows: [string, string][] = [
    ['seed', String(report.seed)],
    ['orders', `${report.orders} planned; ${list(report.posts)} POSTs`],
    ['final states', list(report.statuses)],
    ['statuses polled', String(report.polls)],
    ['traffic, drain', `${seconds(report.trafficMs)}, ${seconds(report.drainMs)}`],
    ['redriven', list(report.redriven) || 'none'],
    ['kills', String(report.kills)],
    ...Object.entries(report.faults).map(([kind, count]): [string, string] => [kind, String(count)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...violations.slice(0, SHOWN_MAX).map(({ kind, subject, detail }) => `! ${kind}: ${subject} ${detail}`),
    ...(violations.length > SHOWN_MAX ? [`! and ${violations.length - SHOWN_MAX} more`] : []),
    ...failures.map((failure) => `! ${failure}`),
    `mischarged ${counts.mischarged}, backwards ${counts.backwards}, split ${counts.split}, forged ${counts.forged}`,
    `lost ${counts.lost}, double-charged ${counts['double-charged']}, oversold ${counts.oversold}, dangling ${counts.dangling}`,
  ].join('\n');
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
