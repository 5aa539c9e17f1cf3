/** CPU time of one order without tracing code, with tracing off, and with a tenth of the traces recorded. */
import { interleave } from '../harness/rounds.js';
import { median, ratios, standardError } from '../harness/stats.js';
import { bothOf, toCpuCells } from '../process/cells.js';
import type { ProcessSample } from '../process/variants.js';
import type { BenchOptions, Budget, ReportTable, ScenarioReport } from '../scenario.js';
import { startSpanSink } from './sink.js';
import { OFF, startPairs, TENTH, WITHOUT } from './variants.js';

/** CPU per order with tracing off, as a multiple of that of the same build without tracing code. */
const MAX_OFF = 1.01;
/** CPU per order with a tenth of the traces recorded, as a multiple of that with tracing off. */
const MAX_TENTH = 1.08;

/** Orders of a round: short rounds, so that what slows the machine down hits all variants alike. */
const ORDERS = 100;

type Samples = ReadonlyMap<string, readonly ProcessSample[]>;

/** Measures. */
export async function runTracing(options: BenchOptions): Promise<ScenarioReport> {
  const { quick } = options;
  // Two processes of one build differ by what V8 made of them: each generation starts new ones.
  const generations = quick ? 1 : 4;
  const rounds = quick ? 40 : 60;
  const samples = new Map<string, ProcessSample[]>();
  let spans = 0;
  for (let generation = 1; generation <= generations; generation += 1) {
    const measured = await measureGeneration(options, rounds, `${generation} of ${generations}`);
    spans += measured.spans;
    for (const [name, own] of measured.samples) samples.set(name, [...(samples.get(name) ?? []), ...own]);
  }
  return toReport(samples, spans);
}

async function measureGeneration(options: BenchOptions, rounds: number, which: string) {
  const say = (line: string) => options.say(`processes ${which}: ${line}`);
  const sink = await startSpanSink();
  const pairs = await startPairs(options, sink.endpoint);
  try {
    const warmUps = pairs.map((pair) => ({ name: pair.name, measure: () => pair.drain(ORDERS * 4) }));
    await interleave(warmUps, { rounds: 0, warmUps: 5, say });
    const variants = pairs.map((pair) => ({ name: pair.name, measure: () => pair.drain(ORDERS) }));
    const samples = await interleave(variants, { rounds, warmUps: 1, say });
    return { samples, spans: sink.spans };
  } finally {
    await Promise.all(pairs.map((pair) => pair.stop()));
    await sink.stop();
  }
}

function toReport(samples: Samples, spans: number): ScenarioReport {
  const off = bothOf(samples.get(OFF));
  const tenth = ratios(bothOf(samples.get(TENTH)), off);
  const budgets: Budget[] = [
    {
      name: 'CPU per order with tracing off / without tracing code',
      value: median(ratios(off, bothOf(samples.get(WITHOUT)))),
      limit: MAX_OFF,
      kind: 'at-most',
    },
    {
      name: 'CPU per order with a tenth of the traces recorded / tracing off',
      // Without spans nothing was measured.
      value: spans > 0 ? median(tenth) : Number.NaN,
      limit: MAX_TENTH,
      kind: 'at-most',
    },
  ];
  return {
    title: 'Tracing',
    method:
      'Backlogs of one-line orders are drained in turn by pairs of processor and scoring: one whose modules were loaded ' +
      'without the calls of the tracer, one with tracing off, and one that records a tenth of the traces, as the messages ' +
      'say, and exports them by OTLP over HTTP. A sample is the CPU time of both processes since the sample before, ' +
      'exports included. Ratios are those of the samples of a round; their median has the standard error shown.',
    tables: [toTable(samples)],
    charts: [],
    budgets,
    data: { samples: Object.fromEntries(samples), spans },
  };
}

function toTable(samples: Samples): ReportTable {
  const off = bothOf(samples.get(OFF));
  return {
    title: 'CPU per order by tracing',
    columns: ['tracing', 'processor', 'scoring', 'both', 'of off', 'standard error'],
    rows: [...samples].map(([name, own]) => {
      const ofOff = ratios(bothOf(own), off);
      return [name, ...toCpuCells(own), median(ofOff).toFixed(3), standardError(ofOff).toFixed(3)];
    }),
  };
}
