/** Resident memory of each service over many orders. */
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { prepareRequests } from '../accept/requests.js';
import { type Backend, startBackend } from '../harness/backend.js';
import { THIS_BUILD } from '../harness/builds.js';
import type { MeasuredProcess } from '../harness/measured-process.js';
import { startServices } from '../harness/services.js';
import { generateClosedLoad } from '../load/generate.js';
import { enqueueOrders, stockItems, untilDrained } from '../load/orders.js';
import type { BenchOptions, Budget, ScenarioReport } from '../scenario.js';

/** Resident set at the end / after the first part. */
const MAX_GROWTH = 1.1;

/** Orders at which the first sample is taken, orders in all, and orders between two samples. */
interface Plan {
  readonly first: number;
  readonly total: number;
  readonly step: number;
}

const API = {
  quick: { first: 40_000, total: 80_000, step: 10_000 },
  full: { first: 50_000, total: 1_000_000, step: 50_000 },
};
/** An emulated table is the limit: what the API does in minutes takes processor and scoring hours. */
const WORKERS = {
  quick: undefined,
  full: { first: 10_000, total: 100_000, step: 5_000 },
};

/** Resident set after so many orders. */
interface Sample {
  readonly orders: number;
  readonly rssMiB: number;
}

/** Measures. */
export async function runMemory(options: BenchOptions): Promise<ScenarioReport> {
  const plan = options.quick ? 'quick' : 'full';
  const api = await measureApi(API[plan], options);
  const workers = WORKERS[plan] && (await measureWorkers(WORKERS[plan], options));
  const series = { 'order-api': api, ...workers };
  const rows = Object.entries(series).map(([name, samples]) => ({ name, samples, ...toGrowth(samples) }));
  return {
    title: 'Memory',
    method:
      'The resident set of one process while it works through orders as fast as the machine allows, as runs in production (cold and ' +
      'warm tokens, fresh idempotency keys, every order another id). The queue behind the API is emptied between samples.',
    tables: [
      {
        title: 'Resident set',
        columns: ['process', 'orders', 'MiB after the first part', 'MiB at the end', 'growth'],
        rows: rows.map(({ name, samples, first, last, growth }) => [
          name,
          `${samples[0]?.orders ?? 0} to ${samples.at(-1)?.orders ?? 0}`,
          first.toFixed(0),
          last.toFixed(0),
          growth.toFixed(2),
        ]),
      },
    ],
    charts: [
      {
        kind: 'lines',
        file: 'memory.svg',
        title: 'Resident set',
        xLabel: 'orders',
        yLabel: 'MiB',
        lines: rows.map(({ name, samples }) => ({
          name,
          points: samples.map(({ orders, rssMiB }) => [orders, rssMiB] as const),
        })),
      },
    ],
    // A short run says whether something leaks fast, not what a million orders come to.
    budgets: options.quick
      ? []
      : rows.map<Budget>(({ name, growth }) => ({
          name: `resident set of ${name}, end / after the first part`,
          value: growth,
          limit: MAX_GROWTH,
          kind: 'at-most',
        })),
    data: series,
  };
}

async function measureApi({ first, total, step }: Plan, { say }: BenchOptions): Promise<Sample[]> {
  const backend = await startBackend();
  const services = await startServices({ build: THIS_BUILD, backend, names: ['order-api'] });
  const samples: Sample[] = [];
  try {
    for (let orders = 0; orders < total; orders += step) {
      // A fifth of the users is new, and has a new token.
      await accept(services.ports['order-api'], 'warm', step * 0.8);
      await accept(services.ports['order-api'], 'cold', step * 0.2);
      await emptyQueue(backend);
      await addSample(samples, services.processes.get('order-api'), orders + step, first);
      say(`order-api: ${orders + step} of ${total}, ${samples.at(-1)?.rssMiB.toFixed(0) ?? '-'} MiB`);
    }
    return samples;
  } finally {
    await services.stop();
    await backend.stop();
  }
}

async function accept(port: number, tokens: 'warm' | 'cold', requests: number): Promise<void> {
  const nextRequest = prepareRequests({ tokens, keys: true }, requests);
  const load = await generateClosedLoad({ port, connections: 64, requests, nextRequest });
  if (load.completed < requests)
    throw new Error(`not all orders were accepted: ${JSON.stringify(load.unexpected)}`);
}

async function emptyQueue({ sqs, queueUrl }: Backend): Promise<void> {
  await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
}

async function measureWorkers(
  { first, total, step }: Plan,
  { say }: BenchOptions,
): Promise<Record<string, Sample[]>> {
  const backend = await startBackend();
  const names = ['scoring', 'order-processor'] as const;
  const services = await startServices({ build: THIS_BUILD, backend, names });
  const samples: Record<string, Sample[]> = { scoring: [], 'order-processor': [] };
  try {
    await stockItems(services.ports.scoring);
    for (let orders = 0; orders < total; orders += step) {
      await enqueueOrders(backend, step, 1);
      await untilDrained(backend);
      for (const name of names)
        await addSample(samples[name] ?? [], services.processes.get(name), orders + step, first);
      say(`processor and scoring: ${orders + step} of ${total}`);
    }
    return samples;
  } finally {
    await services.stop();
    await backend.stop();
  }
}

async function addSample(
  samples: Sample[],
  process: MeasuredProcess | undefined,
  orders: number,
  first: number,
): Promise<void> {
  if (!process || orders < first) return;
  const { rssBytes } = await process.usage();
  samples.push({ orders, rssMiB: rssBytes / 1_048_576 });
}

function toGrowth(samples: readonly Sample[]) {
  const first = samples[0]?.rssMiB ?? Number.NaN;
  const last = samples.at(-1)?.rssMiB ?? Number.NaN;
  return { first, last, growth: last / first };
}
