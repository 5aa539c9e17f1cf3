/** The scheduler: virtual time, and one event after the other. */
import { currentContext, runIn, type SimContext } from './context.js';
import { EventQueue, type QueuedEvent } from './event-queue.js';
import { Machine, SimProcess } from './machine.js';
import { createRandom, type Random } from './random.js';
import { realSetImmediate } from './real.js';
import type { Trace } from './trace.js';

/** A scheduled piece of work. */
export interface SimEvent extends QueuedEvent {
  /** The process that the work belongs to; undefined for the environment. */
  readonly context: SimContext | undefined;
  readonly run: () => void;
}

/** Virtual time begins here: 2026-01-01T00:00:00Z, in epoch milliseconds. */
export const EPOCH_MS = 1_767_225_600_000;

/** A run with more events than this does not end by itself. */
const MAX_EVENTS = 3_000_000;

/** Options of a world. */
export interface WorldOptions {
  readonly seed: number;
  readonly trace: Trace;
}

/** A world whose time moves from event to event. */
export class World {
  readonly seed: number;
  readonly trace: Trace;
  readonly machines = new Map<string, Machine>();
  readonly #events = new EventQueue<SimEvent>();
  readonly #counts = new Map<string, number>();
  #now = 0;
  #order = 0;
  #stopped = false;

  constructor({ seed, trace }: WorldOptions) {
    this.seed = seed;
    this.trace = trace;
  }

  /** True time in virtual milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  /** Number of events that were scheduled. */
  get eventCount(): number {
    return this.#order;
  }

  /** A stream of random numbers by name. */
  random(name: string): Random {
    return createRandom(this.seed, name);
  }

  /** Counts the uses of a name, from 0: makes names of repeated calls unique. */
  nth(name: string): number {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return count;
  }

  /** Schedules work of the running process after `delayMs`. */
  after(delayMs: number, run: () => void, context = currentContext()): SimEvent {
    return this.#schedule(delayMs, run, context);
  }

  /** Schedules work of the environment, also when a process asks for it. */
  later(delayMs: number, run: () => void): SimEvent {
    return this.#schedule(delayMs, run, undefined);
  }

  #schedule(delayMs: number, run: () => void, context: SimContext | undefined): SimEvent {
    const event = {
      at: this.#now + Math.max(0, delayMs),
      order: this.#order,
      cancelled: false,
      context,
      run,
    };
    this.#order += 1;
    this.#events.push(event);
    return event;
  }

  /** Waits, as the environment. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.later(delayMs, resolve);
    });
  }

  /** The machine of a name; a new one has an exact clock. */
  machine(name: string): Machine {
    const machine = this.machines.get(name) ?? new Machine(name);
    this.machines.set(name, machine);
    return machine;
  }

  /** Starts a process on a machine: `main` runs in its context. */
  start(machine: Machine, main: () => void): SimProcess {
    machine.starts += 1;
    const process = new SimProcess(machine, machine.starts);
    machine.process = process;
    this.trace.add(this.#now, 'world', machine.name, `starts as ${process.name}`);
    runIn({ process, random: this.random(process.name) }, main);
    return process;
  }

  /** Kills the machine's process: nothing of it runs any more. */
  crash(machine: Machine): void {
    if (!machine.process) return;
    this.trace.add(this.#now, 'world', machine.name, `crashes (${machine.process.name})`);
    machine.process.alive = false;
    machine.process = undefined;
  }

  /** Stops the machine's process for a while, as a long garbage collection or SIGSTOP does. */
  pause(machine: Machine, forMs: number): void {
    if (!machine.process) return;
    this.trace.add(this.#now, 'world', machine.name, `pauses for ${Math.round(forMs)} ms`);
    const { process } = machine;
    process.pausedUntil = Math.max(process.pausedUntil, this.#now + forMs);
    this.later(forMs, () => this.#wake(process));
  }

  /** Ends the pause of the machine's process, if it has one. */
  resume({ process }: Machine): void {
    if (!process) return;
    process.pausedUntil = Math.min(process.pausedUntil, this.#now);
    this.#wake(process);
  }

  #wake(process: SimProcess): void {
    if (this.#now < process.pausedUntil) return;
    for (const event of process.heldBack.splice(0)) {
      event.at = this.#now;
      this.#events.push(event as SimEvent);
    }
  }

  /** Ends `run`. */
  stop(): void {
    this.#stopped = true;
  }

  /** Runs events until `stop`, or until nothing is left to happen before `untilMs`. */
  async run(untilMs: number): Promise<void> {
    while (!this.#stopped) {
      if (this.#order > MAX_EVENTS) throw new Error(`more than ${MAX_EVENTS} events: time does not get on`);
      const event = this.#events.peek();
      if (!event || event.at > untilMs) break;
      this.#events.pop();
      if (event.cancelled || this.#isHeldBack(event)) continue;
      this.#now = Math.max(this.#now, event.at);
      runIn(event.context, event.run);
      // Every microtask and every nextTick that the event has led to runs before the next event.
      await new Promise<void>((resolve) => {
        realSetImmediate(resolve);
      });
    }
    this.#now = this.#stopped ? this.#now : Math.max(this.#now, untilMs);
  }

  /** A dead process runs nothing; a paused one runs everything later, in the same order. */
  #isHeldBack(event: SimEvent): boolean {
    const process = event.context?.process;
    if (!process) return false;
    if (!process.alive) return true;
    if (event.at >= process.pausedUntil && process.heldBack.length === 0) return false;
    process.heldBack.push(event);
    return true;
  }
}
