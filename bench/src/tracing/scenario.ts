/** CPU time of one order with tracing off, with a tenth of the traces recorded, and with all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inSpan } from '@order-pipeline/platform/tracing/tracer';
import { THIS_BUILD } from '../harness/builds.js';
import { interleave } from '../harness/rounds.js';
import { median, ratios } from '../harness/stats.js';
import { bothOf, toCpuCells } from '../process/cells.js';
import { type ProcessSample, type ProcessTarget, startBuild } from '../process/variants.js';
import type { BenchOptions, Budget, ReportTable, ScenarioReport } from '../scenario.js';
import { type SpanSink, startSpanSink } from './sink.js';

/** CPU per order with a tenth of the traces recorded, as a multiple of that with tracing off. */
const MAX_SAMPLED = 1.08;
/** Share of an order's CPU that the calls of the tracer take while it is off. */
const MAX_OFF = 0.01;

const OFF = 'off';
const SAMPLED = 'a tenth';
const ALL = 'all';

/** Time until the last spans of a backlog are exported, in milliseconds. */
const EXPORT_MS = 1_000;

/** Measures. */
export async function runTracing(options: BenchOptions): Promise<ScenarioReport> {
  const { quick, say } = options;
  const orders = quick ? 400 : 600;
  const sink = await startSpanSink();
  const targets: (ProcessTarget & { readonly share: number })[] = [];
  let allOrders = 0;
  const start = async (name: string, share: number, env: Record<string, string>) => {
    targets.push({ ...(await startBuild({ ...THIS_BUILD, name }, options, env)), share });
  };
  try {
    const exported = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_BSP_SCHEDULE_DELAY: '500' };
    await start(OFF, 0.1, {});
    await start(SAMPLED, 0.1, exported);
    await start(ALL, 1, { ...exported, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    const samples = await interleave(
      targets.map(({ name, share, drain }) => ({
        name,
        measure: async () => {
          if (name === ALL) allOrders += orders;
          return await drain({ orders, lines: 1, sampledShare: share });
        },
      })),
      { rounds: quick ? 7 : 11, warmUps: 3, say },
    );
    await sleep(EXPORT_MS);
    return toReport(samples, sink, allOrders, await measureOff());
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
    await sink.stop();
  }
}

/** Returns the cost of a span that is not created, in nanoseconds: a call through the tracer less the call alone. */
async function measureOff(): Promise<number> {
  const calls = 200_000;
  const action = async () => undefined;
  const start = { name: 'UpdateItem orders', kind: 'client', attributes: {} } as const;
  const time = async (call: () => Promise<unknown>) => {
    const startedAt = performance.now();
    for (let index = 0; index < calls; index += 1) await call();
    return ((performance.now() - startedAt) * 1e6) / calls;
  };
  const costs: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const bare = await time(action);
    costs.push((await time(() => inSpan(start, action))) - bare);
  }
  return Math.max(0, median(costs));
}

function toReport(
  samples: ReadonlyMap<string, readonly ProcessSample[]>,
  sink: SpanSink,
  allOrders: number,
  offNanoseconds: number,
): ScenarioReport {
  const off = bothOf(samples.get(OFF));
  const spansPerOrder = sink.spans / allOrders;
  const offShare = (spansPerOrder * offNanoseconds) / 1_000 / median(off);
  const budgets: Budget[] = [
    {
      name: 'CPU per order with a tenth of the traces recorded / tracing off',
      value: median(ratios(bothOf(samples.get(SAMPLED)), off)),
      limit: MAX_SAMPLED,
      kind: 'at most',
    },
    {
      name: 'share of the CPU per order that the tracer takes while it is off',
      // Without spans nothing was measured.
      value: spansPerOrder > 0 ? offShare : Number.NaN,
      limit: MAX_OFF,
      kind: 'at most',
    },
  ];
  const table: ReportTable = {
    title: 'CPU per order by tracing',
    columns: ['tracing', 'processor', 'scoring', 'both', 'of off'],
    rows: [...samples].map(([name, own]) => [
      name,
      ...toCpuCells(own),
      median(ratios(bothOf(own), off)).toFixed(3),
    ]),
  };
  const calls: ReportTable = {
    title: 'The tracer while it is off',
    columns: ['spans per order', 'ns per call', 'share of the CPU per order'],
    rows: [[spansPerOrder.toFixed(1), offNanoseconds.toFixed(0), `${(offShare * 100).toFixed(2)} %`]],
  };
  return {
    title: 'Tracing',
    method:
      'Backlogs of one-line orders are drained by three pairs of processor and scoring in turn: without tracing, with a ' +
      'tenth of the traces recorded as their messages say, and with all. Spans are exported by OTLP over HTTP to a sink. ' +
      'CPU time is that of the two processes. While tracing is off, each span is a call that returns at once: its cost is ' +
      'measured apart and multiplied by the spans of an order.',
    tables: [table, calls],
    charts: [],
    budgets,
    data: { samples: Object.fromEntries(samples), spansPerOrder, offNanoseconds },
  };
}
