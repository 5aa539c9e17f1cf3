/** CPU time and latency of accepting an order, against bare servers in the same run. */
import { THIS_BUILD } from '../harness/builds.js';
import { interleave } from '../harness/rounds.js';
import { median, ratios } from '../harness/stats.js';
import { micros, spread } from '../report/format.js';
import type { BenchOptions, Budget, Chart, ReportTable, ScenarioReport } from '../scenario.js';
import { toAcceptChart, toAcceptTable } from './tables.js';
import { type AcceptLoad, type AcceptSample, type AcceptTarget, startApi, startBare } from './variants.js';

/** Samples that are thrown away: V8 compiles what an order runs through for some 30,000 orders. */
const WARM_UPS = 6;

const MAX_OF_EXPRESS = 2;
const MAX_OF_EXPRESS_COLD = 2.5;
const MAX_P99_OF_EXPRESS = 4;

/** One row of the matrix. */
export interface AcceptCase {
  readonly name: string;
  readonly load: AcceptLoad;
}

function createCases({ quick }: BenchOptions): AcceptCase[] {
  const base = { requests: 6_000, keys: false };
  const warm = (connections: number): AcceptCase => ({
    name: `${connections} connections`,
    load: {
      ...base,
      connections,
      tokens: 'warm',
      requests: connections === 1 ? base.requests / 4 : base.requests,
    },
  });
  const special: AcceptCase[] = [
    { name: 'cold tokens', load: { ...base, connections: 64, tokens: 'cold' } },
    { name: 'idempotency keys', load: { ...base, connections: 64, tokens: 'warm', keys: true } },
  ];
  return quick ? [warm(64), ...special.slice(0, 1)] : [warm(1), warm(16), warm(64), warm(256), ...special];
}

/** Measures. */
export async function runAccept(options: BenchOptions): Promise<ScenarioReport> {
  const { quick, baseline, say } = options;
  const targets: AcceptTarget[] = [];
  try {
    targets.push(await startApi(THIS_BUILD, options));
    targets.push(await startBare('bare express', 'express', options));
    targets.push(await startBare('bare node:http', 'http', options));
    // It takes ten times as long as the others together.
    if (!quick) targets.push(await startBare('one SendMessage a request', 'one-send', options));
    if (baseline) targets.push(await startApi(baseline, options));
    const tables: ReportTable[] = [];
    const charts: Chart[] = [];
    const budgets: Budget[] = [];
    const data: Record<string, unknown> = {};
    let peak = 0;
    for (const { name, load } of createCases(options)) {
      const samples = await interleave(
        targets.map((target) => ({ name: target.name, measure: () => target.run(load) })),
        { rounds: quick ? 5 : 7, warmUps: WARM_UPS, say: (line) => say(`${name}: ${line}`) },
      );
      data[name] = Object.fromEntries(samples);
      tables.push(toAcceptTable(name, samples));
      charts.push(toAcceptChart(name, samples));
      budgets.push(...toBudgets(name, samples));
      if (name === '64 connections')
        peak = median((samples.get('order-api') ?? []).map(({ perSecond }) => perSecond));
    }
    const half = await measureAtHalfPeak(targets.slice(0, 2), peak / 2, options);
    data[`p99 at ${Math.round(peak / 2)} orders/s`] = half.data;
    tables.push(half.table);
    budgets.push(half.budget);
    return {
      title: 'Accepting an order',
      method:
        'One server process under closed-loop load; CPU time is that of the server alone. The bare servers answer 202 with a ' +
        'body like that of the API and do nothing else. Warm tokens: 64 users. Cold: no token is seen twice.',
      tables,
      charts,
      budgets,
      data,
    };
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}

async function measureAtHalfPeak(
  targets: readonly AcceptTarget[],
  rate: number,
  { quick, say }: BenchOptions,
) {
  const samples = await interleave(
    targets.map(({ name, runAtRate }) => ({ name, measure: () => runAtRate(rate, quick ? 3 : 8) })),
    { rounds: 5, warmUps: 0, say: (line) => say(`half the peak rate: ${line}`) },
  );
  const value = median(ratios(samples.get('order-api') ?? [], samples.get('bare express') ?? []));
  const budget: Budget = {
    name: 'p99 of accept at half the peak rate / bare express',
    value,
    limit: MAX_P99_OF_EXPRESS,
    kind: 'at-most',
  };
  const table: ReportTable = {
    title: `Latency at half the peak rate, ${Math.round(rate)} orders/s, open loop`,
    columns: ['server', 'p99'],
    rows: [...samples].map(([name, own]) => [
      name,
      spread(
        own.map((ms) => ms * 1_000),
        micros,
      ),
    ]),
  };
  return { budget, table, data: Object.fromEntries(samples) };
}

/** Returns the budgets of a case: CPU time of the API as a multiple of bare express'. */
export function toBudgets(name: string, samples: ReadonlyMap<string, readonly AcceptSample[]>): Budget[] {
  const limit = { '64 connections': MAX_OF_EXPRESS, 'cold tokens': MAX_OF_EXPRESS_COLD }[name];
  if (limit === undefined) return [];
  const cpuOf = (variant: string) => (samples.get(variant) ?? []).map(({ cpuUs }) => cpuUs);
  const value = median(ratios(cpuOf('order-api'), cpuOf('bare express')));
  return [{ name: `CPU per accepted order / bare express, ${name}`, value, limit, kind: 'at-most' }];
}
