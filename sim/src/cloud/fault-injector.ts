/** Decides for each call whether a fault hits it: by the call's name alone, so that other calls do not matter. */

import { draw } from '../kernel/random.js';
import type { World } from '../kernel/world.js';
import type { CallFault, FaultWindow, Target } from '../plan/faults.js';

/** A fault that hits one call. */
export interface Firing {
  readonly fault: CallFault;
  /** Delay of an effect or a response, in milliseconds. */
  readonly delayMs: number;
}

/** Shares of one call's faults. */
export interface InjectorOptions {
  readonly windows: readonly FaultWindow[];
  /** If set, only these firings happen: a shrunk run keeps the faults that it needs. */
  readonly allowed?: ReadonlySet<string> | undefined;
}

/** Late effects are at least this late, in milliseconds. */
const LEAST_DELAY_MS = 20;

/** Draws faults, and remembers those that happened. */
export class FaultInjector {
  /** The names of the firings, in order. */
  readonly fired: string[] = [];
  readonly #windows = new Map<Target, FaultWindow[]>();

  readonly #world: World;
  readonly #options: InjectorOptions;

  constructor(world: World, options: InjectorOptions) {
    this.#world = world;
    this.#options = options;

    for (const window of options.windows)
      this.#windows.set(window.target, [...(this.#windows.get(window.target) ?? []), window]);
  }

  /** The fault of a call, if any. `name` is the same for the same call of a replayed run. */
  next(target: Target, name: string, among?: readonly CallFault[]): Firing | undefined {
    const { now, seed } = this.#world;
    for (const window of this.#windows.get(target) ?? []) {
      const { fault, from, to, share, delayMs } = window;
      if (now < from || now >= to || (among && !among.includes(fault))) continue;
      const id = `${target}/${fault}/${name}`;
      if (draw(seed, id) >= share) continue;
      if (this.#options.allowed && !this.#options.allowed.has(id)) continue;
      this.fired.push(id);
      return { fault, delayMs: LEAST_DELAY_MS + draw(seed, `${id}/delay`) * delayMs };
    }
    return undefined;
  }
}
