/** A report as text. */
import type { Report } from './report.js';

/** Violations that are printed one by one. */
const SHOWN_MAX = 20;

/** The kinds of the last line. */
const VERDICT: readonly string[] = ['lost', 'double-charged', 'oversold', 'dangling'];

/** Returns the report as text. The last line is the verdict. */
export function formatReport(report: Report): string {
  const { violationCounts: counts, violations, failures } = report;
  const rows: [string, string][] = [
    ['seed', String(report.seed)],
    ['orders', `${report.orders} planned; ${list(report.posts)} POSTs`],
    ['final states', list(report.statuses)],
    ['statuses polled', String(report.polls)],
    ['traffic, drain', `${seconds(report.trafficMs)}, ${seconds(report.drainMs)}`],
    ['counted', `${list(report.counted)}; by settlement alone ${report.countedBySettlement}`],
    ['provider', `${report.charges} charges, ${report.refunds} refunds`],
    [
      'events',
      `${report.events}, published ${report.publications} times; ${report.webhookFailures} webhooks failed`,
    ],
    ['log lines scanned', String(report.logLines)],
    [
      'dead letters',
      `${report.deadLettersMax} at most, ${report.redriven} redriven afterwards, ${report.webhooksRedriven} of webhooks`,
    ],
    ['kills', String(report.kills)],
    ...Object.entries(report.faults).map(([kind, count]): [string, string] => [kind, String(count)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...violations.slice(0, SHOWN_MAX).map(({ kind, subject, detail }) => `! ${kind}: ${subject} ${detail}`),
    ...(violations.length > SHOWN_MAX ? [`! and ${violations.length - SHOWN_MAX} more`] : []),
    ...failures.map((failure) => `! ${failure}`),
    list(Object.fromEntries(Object.entries(counts).filter(([kind]) => !VERDICT.includes(kind)))),
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
