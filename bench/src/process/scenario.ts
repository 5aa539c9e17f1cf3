/** CPU time of one order in the processor and in scoring, against the floor and against an earlier build. */
import { THIS_BUILD } from '../harness/builds.js';
import { interleave } from '../harness/rounds.js';
import { median, ratios, summarize } from '../harness/stats.js';
import type { BenchOptions, Budget, Chart, ReportTable, ScenarioReport } from '../scenario.js';
import { bothOf, toCpuCells } from './cells.js';
import { recordOrders } from './record.js';
import { type ProcessSample, type ProcessTarget, startBuild, startFloor } from './variants.js';

/** CPU per one-line order, processor and scoring, as a multiple of the floor. */
const MAX_OF_FLOOR = 1.3;
/** And as a multiple of the build before the AWS client of our own: 5.5 ms where that build took 11 ms. */
const MAX_OF_BASELINE = 0.5;

const SHAPE_NAMES: Readonly<Record<number, string>> = { 0: 'no lines', 1: 'one line', 3: 'three lines' };

/** Measures. */
export async function runProcess(options: BenchOptions): Promise<ScenarioReport> {
  const { quick, baseline, say } = options;
  const shapes = quick ? [1] : [1, 3, 0];
  const orders = quick ? 800 : 1_000;
  say('recording the AWS calls of an order');
  const recorded = await recordOrders(THIS_BUILD, shapes);
  const targets: ProcessTarget[] = [];
  try {
    targets.push(await startBuild(THIS_BUILD, options), await startFloor(recorded, options));
    if (baseline) targets.push(await startBuild(baseline, options));
    const tables: ReportTable[] = [];
    const charts: Chart[] = [];
    const budgets: Budget[] = [];
    const data: Record<string, unknown> = {};
    for (const lines of shapes) {
      const shape = SHAPE_NAMES[lines] ?? `${lines} lines`;
      const samples = await interleave(
        targets.map(({ name, drain }) => ({ name, measure: () => drain({ orders, lines }) })),
        { rounds: quick ? 5 : 7, warmUps: 3, say: (line) => say(`${shape}: ${line}`) },
      );
      data[shape] = Object.fromEntries(samples);
      tables.push(toTable(shape, samples));
      charts.push(toChart(shape, lines, samples));
      if (lines === 1) budgets.push(...toBudgets(samples));
    }
    return {
      title: 'Processing an order',
      method:
        `A backlog of ${orders} orders is drained by one processor and one scoring process, which run as in production ` +
        'against emulated SQS and DynamoDB. CPU time is that of the two processes. The floor makes the same AWS calls ' +
        '(recorded from a real order on the wire) through the AWS SDK and the same RPCs through plain grpc-js, and nothing else.',
      tables,
      charts,
      budgets,
      data,
    };
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
}

function toTable(shape: string, samples: ReadonlyMap<string, readonly ProcessSample[]>): ReportTable {
  const floor = bothOf(samples.get('floor'));
  return {
    title: `CPU per order, ${shape}`,
    columns: ['variant', 'processor', 'scoring', 'both', 'of the floor', 'orders/s'],
    rows: [...samples].map(([name, own]) => [
      name,
      ...toCpuCells(own),
      median(ratios(bothOf(own), floor)).toFixed(2),
      median(own.map(({ ordersPerSecond }) => ordersPerSecond)).toFixed(0),
    ]),
  };
}

function toChart(
  shape: string,
  lines: number,
  samples: ReadonlyMap<string, readonly ProcessSample[]>,
): Chart {
  return {
    kind: 'bars',
    file: `process-${lines}.svg`,
    title: `CPU per order, processor + scoring, ${shape}`,
    unit: 'ms',
    bars: [...samples].map(([name, own]) => {
      const { median: value, min, max } = summarize(bothOf(own).map((us) => us / 1_000));
      return { name, value, min, max };
    }),
  };
}

function toBudgets(samples: ReadonlyMap<string, readonly ProcessSample[]>): Budget[] {
  const own = bothOf(samples.get(THIS_BUILD.name));
  const budget = (name: string, other: string, limit: number): Budget[] =>
    samples.has(other)
      ? [{ name, value: median(ratios(own, bothOf(samples.get(other)))), limit, kind: 'at-most' }]
      : [];
  return [
    ...budget(
      'CPU per one-line order / the floor (its calls through the AWS SDK and grpc-js)',
      'floor',
      MAX_OF_FLOOR,
    ),
    ...budget('CPU per one-line order / the baseline build', 'baseline build', MAX_OF_BASELINE),
  ];
}
