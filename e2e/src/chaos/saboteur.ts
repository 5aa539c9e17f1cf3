/** Does to a system what a schedule says, and counts it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '@order-pipeline/local/part';
import type { ChaosEvent, FaultWindow, HttpFault, TcpFault } from './schedule.js';
import type { ChaosSystem } from './system.js';

/** Runs the whole schedule, and resolves when its last fault has ended and Redis runs again. */
export async function sabotage(system: ChaosSystem, schedule: readonly ChaosEvent[]): Promise<void> {
  const startedAt = Date.now();
  const acts: Promise<void>[] = [];
  for (const event of schedule) {
    await sleep(Math.max(0, startedAt + event.atMs - Date.now()));
    acts.push(act(system, event));
  }
  await Promise.all(acts);
}

/** Ends every fault that is not an event of its own. */
export function heal({ faults, messages }: ChaosSystem): void {
  for (const proxy of Object.values(faults)) proxy.clear();
  messages.stop();
}

async function act(system: ChaosSystem, event: ChaosEvent): Promise<void> {
  switch (event.kind) {
    case 'kill':
      return signal(system, event, 'SIGKILL');
    case 'stop':
      return signal(system, event, 'SIGTERM');
    case 'redis':
      return stopFor(system, event.kind, 'redis', event.forMs);
    case 'outage':
      return stopFor(system, event.kind, 'scoring', event.forMs);
    case 'window':
      return disturb(system, event);
  }
}

const RUNNING_TRIES = 50;
const RUNNING_EVERY_MS = 100;

/** A part that has just died is started again by the stack: it gets the signal then. */
async function signal(
  { e2e, tally }: ChaosSystem,
  event: Extract<ChaosEvent, { kind: 'kill' | 'stop' }>,
  name: NodeJS.Signals,
): Promise<void> {
  const part = partOf(e2e.stack.parts, event.part);
  for (let tries = 0; !part.running; tries += 1) {
    if (tries === RUNNING_TRIES) throw new Error(`${event.part} does not run and cannot be killed`);
    await sleep(RUNNING_EVERY_MS);
  }
  part.kill(name);
  if (event.kind === 'kill') tally.add(`kill:${event.part}`);
  else tally.add(`stop:${event.part}`);
}

const STOP_MS = 30_000;

async function stopFor(
  { e2e, tally }: ChaosSystem,
  kind: 'redis' | 'outage',
  name: string,
  forMs: number,
): Promise<void> {
  const part = partOf(e2e.stack.parts, name);
  await part.stop(STOP_MS);
  tally.add(kind);
  await sleep(forMs);
  part.start();
}

function partOf(parts: ReadonlyMap<string, Part>, name: string): Part {
  const part = parts.get(name);
  if (!part) throw new Error(`the stack has no ${name}; the harness needs it`);
  return part;
}

async function disturb({ faults }: ChaosSystem, window: FaultWindow): Promise<void> {
  const [proxy, kind] = window.fault.split(':') as [keyof typeof faults, HttpFault & TcpFault];
  await faults[proxy].openFor(window.forMs, kind, window.share, window.latencyMs);
}
