/** The report as Markdown. */
import { type Budget, holds, type ReportTable, type ScenarioReport } from '../scenario.js';
import type { Machine } from './machine.js';

/** A run of some scenarios. */
export interface Run {
  readonly machine: Machine;
  /** The day of the run, e.g. `2026-01-31`. */
  readonly date: string;
  readonly command: string;
  readonly scenarios: Readonly<Record<string, ScenarioReport>>;
}

/** Returns the report. Charts are files next to it. */
export function toMarkdown({ machine, date, command, scenarios }: Run): string {
  const reports = Object.values(scenarios);
  const budgets = reports.flatMap((report) => report.budgets);
  return [
    '# Benchmark',
    '',
    `\`${command}\` on ${date}: ${machine.cores} cores at ${machine.clockMhz} MHz, Node ${machine.node}. ` +
      `Load average ahead of the run ${machine.loadBefore.toFixed(1)}, of which the benchmark is no part. ` +
      'Medians of interleaved rounds, with the smallest and the largest round in parentheses; ratios are medians of the ' +
      'ratios of each round. Ratios hold better than figures.',
    '',
    ...(budgets.length > 0 ? ['## Budgets', '', ...toBudgetTable(budgets), ''] : []),
    ...reports.flatMap(toSection),
  ].join('\n');
}

function toBudgetTable(budgets: readonly Budget[]): string[] {
  const rows = budgets.map((budget) => [
    budget.name,
    budget.value.toFixed(2),
    `${budget.kind.replace('-', ' ')} ${budget.limit}`,
    holds(budget) ? 'holds' : '**missed**',
  ]);
  return toTable({ title: '', columns: ['what', 'measured', 'budget', ''], rows });
}

function toSection({ title, method, tables, charts }: ScenarioReport): string[] {
  return [
    `## ${title}`,
    '',
    method,
    '',
    ...tables.flatMap((table) => [`### ${table.title}`, '', ...toTable(table), '']),
    ...charts.flatMap((chart) => [`![${chart.title}](${chart.file})`, '']),
  ];
}

function toTable({ columns, rows }: ReportTable): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
}
