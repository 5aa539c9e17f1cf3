/** One run of a plan, from the first order to the verdict. */
import { runClient } from '../actors/client.js';
import { createCloud } from '../cloud/cloud.js';
import { activate, installGlobals } from '../kernel/globals.js';
import { realNow } from '../kernel/real.js';
import { Trace, type TraceLine } from '../kernel/trace.js';
import { World } from '../kernel/world.js';
import { check } from '../oracle/check.js';
import type { History } from '../oracle/history.js';
import type { Violation } from '../oracle/violations.js';
import type { Plan } from '../plan/plan.js';
import { archiveOrders } from './archive.js';
import { endFaults, heal } from './heal.js';
import { toHistory } from './history.js';
import { scheduleIncidents, stockShelves } from './incidents.js';
import { SimSystem } from './system.js';

/** Options of a run. */
export interface RunOptions {
  /** Keeps the lines of the trace. */
  readonly keepTrace?: boolean;
  /** Only these faults of calls and messages happen. */
  readonly allowed?: ReadonlySet<string>;
}

/** Result of a run. */
export interface RunResult {
  readonly violations: readonly Violation[];
  readonly history: History;
  readonly lines: readonly TraceLine[];
  /** SHA-256 over the whole history. */
  readonly digest: string;
  /** Names of the faults that happened. */
  readonly fired: readonly string[];
  readonly orders: number;
  readonly virtualMs: number;
  readonly realMs: number;
  readonly events: number;
  /** Units that DynamoDB would bill. */
  readonly units: { readonly written: number; readonly read: number };
}

/** Runs a plan. The same plan gives the same result, except for `realMs`. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  installGlobals();
  const startedAt = realNow();
  const trace = new Trace(options.keepTrace ?? false);
  const world = new World({ seed: plan.seed, trace });
  const system = new SimSystem(createCloud(world, plan, options.allowed), plan);
  const onUnhandled = (error: unknown) => system.recorder.unhandled.push(String(error));
  process.on('unhandledRejection', onUnhandled);
  activate(world);
  try {
    void direct(system);
    await world.run(plan.deadlineMs + 1);
    const history = toHistory(system);
    return {
      violations: check(history),
      history,
      lines: trace.lines,
      digest: trace.digest(),
      fired: system.cloud.faults.fired,
      orders: history.posts.length,
      virtualMs: world.now,
      realMs: realNow() - startedAt,
      events: world.eventCount,
      units: system.cloud.database.units,
    };
  } finally {
    activate(undefined);
    process.off('unhandledRejection', onUnhandled);
  }
}

/** Runs the phases in order. Runs as the environment. */
async function direct(system: SimSystem): Promise<void> {
  const { world } = system.cloud;
  try {
    archiveOrders(system);
    system.startAll();
    await asProcess(system, 'shelves', () => stockShelves(system));
    scheduleIncidents(system);
    startClients(system);
    await world.sleep(system.plan.faultsEndMs - world.now);
    endFaults(system);
    await heal(system);
  } catch (error) {
    system.recorder.unhandled.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  world.stop();
}

function asProcess(system: SimSystem, name: string, work: () => Promise<void>): Promise<void> {
  const { world } = system.cloud;
  return new Promise((resolve, reject) => {
    world.start(world.machine(name), () => {
      work().then(resolve, reject);
    });
  });
}

function startClients(system: SimSystem): void {
  const { cloud, recorder, balancer, plan } = system;
  const { world } = cloud;
  for (const client of plan.clients) {
    recorder.openClients += 1;
    asProcess(system, `client-${client.id}`, () => runClient({ world, balancer, recorder }, client))
      .catch((error: unknown) => recorder.unhandled.push(String(error)))
      .finally(() => {
        recorder.openClients -= 1;
      });
  }
}
