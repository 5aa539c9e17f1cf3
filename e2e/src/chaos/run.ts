/** One run: orders and faults side by side, the drain, and the verdict. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDER_DLQ } from '@order-pipeline/contracts/queues';
import { findSecrets } from '../secret-scan.js';
import { placeOrders, readLast } from './buyers.js';
import { check } from './checker.js';
import { chargeFailed, runMissedCommands } from './commands.js';
import { depthOf, drain, reconcileAll } from './drain.js';
import type { History } from './history.js';
import { readCounts } from './log-counts.js';
import type { MutationName } from './mutations/mutations.js';
import { planOrders } from './orders.js';
import { createRandom } from './random.js';
import { Recorder } from './recorder.js';
import { createReport, type Report } from './report.js';
import { countLapses, heal, sabotage } from './saboteur.js';
import type { Scenario } from './scenarios.js';
import { secretsOf } from './secrets.js';
import { type ChaosSystem, startSystem } from './system.js';
import { readOrders, readPayments, readStock } from './tables.js';

/** Options of a run. */
export interface RunOptions {
  readonly seed: number;
  readonly orders: number;
  readonly scenario: Scenario;
  readonly mutation?: MutationName | undefined;
  /** Time in which the system has to deal with what is left, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** Called with a line of progress every few seconds. */
  readonly onProgress?: (line: string) => void;
  /** Stops everything when it aborts. */
  readonly signal?: AbortSignal;
}

/** A run's verdict, and the lines that the processes printed. */
export interface RunResult {
  readonly report: Report;
  readonly history: History;
  readonly log: readonly string[];
}

/** Runs the scenario on a stack of its own. Throws when the stack cannot go on, or when `signal` aborts. */
export async function run(options: RunOptions): Promise<RunResult> {
  const system = await startSystem({ ...options, kinds: options.scenario.kinds });
  try {
    return await Promise.race([runOn(system, options), system.failed, untilAborted(options.signal)]);
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
  const buyers = { api: system.api, recorder, closed: closing.signal };
  const plan = planOrders(createRandom(seed, 'orders'), orders, scenario.durationMs);
  if (!scenario.disturbsMessages) system.messages.stop();
  const watching = watch(system, recorder, options, closing.signal);
  const startedAt = Date.now();
  await Promise.all([placeOrders(buyers, plan), sabotage(system, scenario.schedule)]);
  const trafficMs = Date.now() - startedAt;
  await heal(system);
  const drained = await drain(system, options.drainTimeoutMs);
  const reconciled = await reconcileAll(system);
  await chargeFailed(system);
  await runMissedCommands(system);
  await system.returns.complete();
  // Events of the reconciler's settlements and of refunds are delivered, too.
  const settled = await drain(system, options.drainTimeoutMs);
  await readLast(buyers);
  closing.abort();
  const deadLettersMax = await watching;
  countLapses(system);
  const history = await readHistory(system, recorder);
  const report = createReport({
    ...options,
    history,
    violations: check(history),
    trafficMs,
    drained: { ...drained, empty: drained.empty && settled.empty },
    reconciled,
    deadLettersMax,
    webhookFailures: system.webhooks.failed,
    logLines: system.lines.length,
    counts: { faults: system.tally.toObject(), missing: system.tally.missing() },
  });
  return { report, history, log: system.lines };
}

const WATCH_EVERY_MS = 1_000;
const PROGRESS_EVERY = 5;

/** Watches the stock and the dead-letter queue, and reports progress. Returns the most dead letters at once. */
async function watch(
  system: ChaosSystem,
  recorder: Recorder,
  { orders, onProgress }: RunOptions,
  closed: AbortSignal,
): Promise<number> {
  const startedAt = Date.now();
  let deadLettersMax = 0;
  for (let looks = 0; !closed.aborted; looks += 1) {
    const stock = await readStock(system.dynamo).catch(() => []);
    for (const { sku, available } of stock) recorder.sawStock(sku, available);
    deadLettersMax = Math.max(deadLettersMax, await depthOf(system, ORDER_DLQ.name).catch(() => 0));
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const accepted = recorder.acceptedIds.length;
    if (looks % PROGRESS_EVERY === 0)
      onProgress?.(`${seconds} s: ${accepted} of ${orders} accepted, ${system.tally.total} faults`);
    await sleep(WATCH_EVERY_MS, undefined, { signal: closed }).catch(() => undefined);
  }
  return deadLettersMax;
}

/** Returns all that was seen and all that is left. */
export async function readHistory(system: ChaosSystem, recorder: Recorder): Promise<History> {
  const { dynamo, initialStock, lines, sent, subscriber, webhooks } = system;
  const [orders, payments, stock] = await Promise.all([
    readOrders(dynamo),
    readPayments(dynamo),
    readStock(dynamo),
  ]);
  const { posts, sightings, lastReads, lowestStock } = recorder;
  return {
    posts,
    sightings,
    lastReads,
    sent: sent.all,
    initialStock,
    lowestStock,
    orders,
    payments,
    stock,
    returned: system.returns.done,
    journal: system.readJournal(),
    events: subscriber.events,
    webhooks: webhooks.deliveries,
    ...readCounts(lines),
    leaks: findSecrets(lines, secretsOf(posts)),
  };
}
