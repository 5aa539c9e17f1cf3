/** Does to a system what a schedule says, and counts it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedProcess } from '@order-pipeline/local/managed-process';
import { runCommand } from './commands.js';
import { LAPSE_PREFIX } from './provider/lapses.js';
import type { ChaosEvent, FaultWindow, HttpFault, Target, TcpFault } from './schedule.js';
import type { ChaosSystem } from './system.js';

/** Runs the whole schedule. Resolves when its last fault has ended and everything runs again. */
export async function sabotage(system: ChaosSystem, schedule: readonly ChaosEvent[]): Promise<void> {
  const startedAt = Date.now();
  const acts: Promise<void>[] = [];
  for (const event of schedule) {
    await sleep(Math.max(0, startedAt + event.atMs - Date.now()));
    acts.push(act(system, event));
  }
  await Promise.all(acts);
}

/** Ends every fault that is not an event of its own, and resolves when no late request is on its way any more. */
export async function heal({ faults, messages, settled }: ChaosSystem): Promise<void> {
  for (const network of Object.values(faults)) network.clear();
  messages.stop();
  await settled();
}

async function act(system: ChaosSystem, event: ChaosEvent): Promise<void> {
  switch (event.kind) {
    case 'kill':
      return signal(system, event, 'SIGKILL');
    case 'stop':
      return signal(system, event, 'SIGTERM');
    case 'pause':
      return pause(system, event, event.forMs);
    case 'redis':
      return stopFor(system, event, [system.redis]);
    case 'lapse':
      return lapse(system, event.forMs);
    case 'outage':
      return stopFor(
        system,
        event,
        [0, 1].map((instance) => system.processOf({ part: 'scoring', instance })),
      );
    case 'gateway-outage':
      return stopFor(system, event, [system.processOf({ part: 'provider', instance: 0 })]);
    case 'operator':
      return runCommand(system, event.command);
    case 'window':
      return disturb(system, event);
  }
}

const RUNNING_TRIES = 100;
const RUNNING_EVERY_MS = 100;

/** A process that has just died is restarted by its supervisor: it gets the signal then. */
async function untilRunning(part: ManagedProcess): Promise<void> {
  for (let tries = 0; !part.running; tries += 1) {
    if (tries === RUNNING_TRIES) throw new Error(`${part.name} does not run`);
    await sleep(RUNNING_EVERY_MS);
  }
}

async function signal(
  system: ChaosSystem,
  { kind, part, instance }: Extract<ChaosEvent, { kind: 'kill' | 'stop' }>,
  name: NodeJS.Signals,
): Promise<void> {
  const target = system.processOf({ part, instance });
  await untilRunning(target);
  target.kill(name);
  if (kind === 'kill') system.tally.add(`kill:${part}`);
  else if (part === 'order-processor' || part === 'scoring') system.tally.add(`stop:${part}`);
}

/** Stops a process where it is, and lets it go on. */
async function pause(system: ChaosSystem, { part, instance }: Target, forMs: number): Promise<void> {
  const target = system.processOf({ part, instance });
  await untilRunning(target);
  target.kill('SIGSTOP');
  system.tally.add(`pause:${part}`);
  await sleep(forMs);
  target.kill('SIGCONT');
}

/** Lets authorizations lapse at the provider. */
async function lapse(system: ChaosSystem, forMs: number): Promise<void> {
  await system.startLapses(forMs);
  await sleep(forMs);
}

/** Counts the authorizations that lapsed, of which the last may come after their time. */
export function countLapses({ readJournal, tally }: Pick<ChaosSystem, 'readJournal' | 'tally'>): void {
  for (const { request } of readJournal()) if (request.startsWith(LAPSE_PREFIX)) tally.add('lapse');
}

const STOP_MS = 30_000;

async function stopFor(
  { tally }: ChaosSystem,
  { kind, forMs }: Extract<ChaosEvent, { kind: 'redis' | 'outage' | 'gateway-outage' }>,
  parts: readonly ManagedProcess[],
): Promise<void> {
  await Promise.all(parts.map((part) => part.stop(STOP_MS)));
  tally.add(kind);
  await sleep(forMs);
  for (const part of parts) part.start();
}

async function disturb({ faults }: ChaosSystem, window: FaultWindow): Promise<void> {
  const [network, kind] = window.fault.split(':') as [keyof typeof faults, HttpFault & TcpFault];
  await faults[network].openFor(window.forMs, kind, window.share, window.latencyMs);
}
