/** One run: orders and faults side by side, the drain, and the verdict. */
import { setTimeout as sleep } from 'node:timers/promises';
import { placeOrders } from './buyers.js';
import { check } from './checker.js';
import { drain } from './drain.js';
import type { History } from './history.js';
import type { MutationName } from './mutations/mutations.js';
import { planOrders } from './orders.js';
import { createRandom } from './random.js';
import { Recorder } from './recorder.js';
import { createReport, type Report } from './report.js';
import { heal, sabotage } from './saboteur.js';
import type { Scenario } from './scenarios.js';
import { type ChaosSystem, startSystem } from './system.js';
import { readOrders, readPayments, readStock } from './tables.js';

/** What a run is given. */
export interface RunOptions {
  readonly seed: number;
  readonly orders: number;
  readonly scenario: Scenario;
  readonly mutation?: MutationName | undefined;
  /** How long the system may take to deal with what is left, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** Told now and then how it goes. */
  readonly onProgress?: (line: string) => void;
  /** Stops everything when it aborts. */
  readonly signal?: AbortSignal;
}

/** A run's verdict, and what the parts printed meanwhile. */
export interface RunResult {
  readonly report: Report;
  readonly history: History;
  readonly log: readonly string[];
}

/** Runs the scenario on a stack of its own. Throws when the stack cannot go on, or when `signal` aborts. */
export async function run(options: RunOptions): Promise<RunResult> {
  const system = await startSystem({ ...options, kinds: options.scenario.kinds });
  try {
    return await Promise.race([
      runOn(system, options),
      system.e2e.stack.failed,
      untilAborted(options.signal),
    ]);
  } finally {
    await system.stop();
  }
}

function untilAborted(signal = new AbortController().signal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

async function runOn(system: ChaosSystem, options: RunOptions): Promise<RunResult> {
  const { seed, orders, scenario } = options;
  const recorder = new Recorder();
  const closing = new AbortController();
  const market = { api: system.e2e.api, recorder, closed: closing.signal };
  const plan = planOrders(createRandom(seed, 'orders'), orders, scenario.durationMs);
  if (!scenario.disturbsMessages) system.messages.stop();
  const watching = watch(system, recorder, options, closing.signal);
  const startedAt = Date.now();
  await Promise.all([placeOrders(market, plan), sabotage(system, scenario.schedule)]);
  const trafficMs = Date.now() - startedAt;
  heal(system);
  const drained = await drain(system, options.drainTimeoutMs);
  closing.abort();
  await watching;
  const history = await readHistory(system, recorder);
  const counts = { faults: system.tally.toObject(), missing: system.tally.missing() };
  const report = createReport({
    ...options,
    history,
    violations: check(history),
    trafficMs,
    drained,
    counts,
  });
  return { report, history, log: system.e2e.lines };
}

const WATCH_EVERY_MS = 1_000;
const PROGRESS_EVERY = 5;

/** Looks at the stock all the time, and says now and then how it goes. */
async function watch(
  { dynamo, tally }: ChaosSystem,
  recorder: Recorder,
  { orders, onProgress }: RunOptions,
  closed: AbortSignal,
): Promise<void> {
  const startedAt = Date.now();
  for (let looks = 0; !closed.aborted; looks += 1) {
    const stock = await readStock(dynamo).catch(() => []);
    for (const { sku, available } of stock) recorder.sawStock(sku, available);
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const accepted = recorder.acceptedIds.length;
    if (looks % PROGRESS_EVERY === 0)
      onProgress?.(`${seconds} s: ${accepted} of ${orders} accepted, ${tally.total} faults`);
    await sleep(WATCH_EVERY_MS, undefined, { signal: closed }).catch(() => undefined);
  }
}

/** All that was seen and all that is left. */
export async function readHistory(
  { dynamo, initialStock }: Pick<ChaosSystem, 'dynamo' | 'initialStock'>,
  { posts, sightings, lowestStock }: Recorder,
): Promise<History> {
  const [orders, payments, stock] = await Promise.all([
    readOrders(dynamo),
    readPayments(dynamo),
    readStock(dynamo),
  ]);
  return { posts, sightings, initialStock, lowestStock, orders, payments, stock };
}
