/** Current process and its random numbers: carried through every await by AsyncLocalStorage. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SimProcess } from './machine.js';
import type { Random } from './random.js';

/** Context of code that runs in a simulated process. */
export interface SimContext {
  readonly process: SimProcess;
  /** Feeds Math.random and ids. */
  readonly random: Random;
}

const storage = new AsyncLocalStorage<SimContext>();

/** Returns the context of the running code; undefined for the simulator itself. */
export function currentContext(): SimContext | undefined {
  return storage.getStore();
}

/** Runs code as part of a process. */
export function runIn<T>(context: SimContext | undefined, code: () => T): T {
  return context ? storage.run(context, code) : storage.exit(code);
}
