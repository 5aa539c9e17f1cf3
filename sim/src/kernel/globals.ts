/**
 * Replaces what reads the time, waits, or makes random numbers, so that production code runs in virtual time without
 * knowing: the clock is that of the running process's machine, the random numbers are its own. Without an active world
 * everything is as before.
 */
import crypto from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { currentContext } from './context.js';
import { RealDate } from './real.js';
import { createTimers } from './timers.js';
import { EPOCH_MS, type World } from './world.js';

let active: World | undefined;
let installed = false;

/** Makes a world the source of time and randomness; undefined ends that. */
export function activate(world: World | undefined): void {
  active = world;
}

/** The wall clock of the running process's machine in epoch milliseconds. */
function wallClock(world: World): number {
  const machine = currentContext()?.process.machine;
  return EPOCH_MS + Math.floor(machine ? machine.wallClock(world.now) : world.now);
}

function randomNumber(): number {
  const random = currentContext()?.random;
  if (!random) throw new Error('code outside of every simulated process asked for a random number');
  return random();
}

function fillRandomly<T extends ArrayBufferView | null>(view: T): T {
  if (!view) return view;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(randomNumber() * 256);
  return view;
}

function randomUuid(): ReturnType<typeof crypto.randomUUID> {
  const bytes = fillRandomly(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

class SimDate extends RealDate {
  constructor(...args: unknown[]) {
    if (args.length === 0) super(SimDate.now());
    else super(...(args as [number]));
  }

  static override now(): number {
    return active ? wallClock(active) : RealDate.now();
  }
}

/** Replaces the globals and the modules' exports once. */
export function installGlobals(): void {
  if (installed) return;
  installed = true;
  // Many calls of one process share a signal.
  setMaxListeners(0);
  const real = {
    random: Math.random,
    performanceNow: performance.now.bind(performance),
    getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
    randomUUID: crypto.randomUUID,
    randomFillSync: crypto.randomFillSync,
  };
  globalThis.Date = SimDate as DateConstructor;
  Math.random = () => (active ? randomNumber() : real.random());
  performance.now = () => (active ? active.now : real.performanceNow());
  globalThis.crypto.getRandomValues = (view) =>
    active
      ? (fillRandomly(view as unknown as ArrayBufferView) as unknown as typeof view)
      : real.getRandomValues(view);
  globalThis.crypto.randomUUID = () => (active ? randomUuid() : real.randomUUID());
  crypto.randomUUID = (options) => (active ? randomUuid() : real.randomUUID(options));
  const { randomFillSync } = real;
  crypto.randomFillSync = ((view: NodeJS.ArrayBufferView, ...rest: number[]) =>
    active ? fillRandomly(view) : randomFillSync(view, ...rest)) as typeof crypto.randomFillSync;
  const timers = createTimers(() => active);
  Object.assign(globalThis, timers.globals);
  Object.assign(timersPromises, timers.promises);
  AbortSignal.timeout = timers.abortAfter;
  syncBuiltinESMExports();
}
