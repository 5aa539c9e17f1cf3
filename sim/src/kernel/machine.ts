/** A machine with its own clock, and the processes that run on it one after the other. */
import type { QueuedEvent } from './event-queue.js';

/** Difference between a machine's clock and true time. */
export interface ClockError {
  /** Added to true time, in milliseconds. */
  offsetMs: number;
  /** Milliseconds that the clock gains in a second. */
  driftMsPerSecond: number;
}

/** A machine. Its clock survives restarts of its process. */
export class Machine {
  readonly clock: ClockError = { offsetMs: 0, driftMsPerSecond: 0 };
  /** The process that runs on it; undefined while it is down. */
  process: SimProcess | undefined;
  /** Number of processes that were started on it. */
  starts = 0;

  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** The wall clock at a true time, in virtual milliseconds. */
  wallClock(now: number): number {
    return now + this.clock.offsetMs + (now / 1_000) * this.clock.driftMsPerSecond;
  }
}

/** One process: from its start to its exit or crash. */
export class SimProcess {
  alive = true;
  /** Nothing of the process runs before this virtual time. */
  pausedUntil = 0;
  /** Events that came due during a pause: they happen when it ends. */
  readonly heldBack: QueuedEvent[] = [];

  readonly machine: Machine;
  /** Counts the processes of the machine. */
  readonly start: number;

  constructor(machine: Machine, start: number) {
    this.machine = machine;
    this.start = start;
  }

  /** The machine's name with the number of the start, such as `processor-1#2`. */
  get name(): string {
    return `${this.machine.name}#${this.start}`;
  }
}
