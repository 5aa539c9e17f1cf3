/** The faults that a proxy has now. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';

/** How often a fault that has hit nothing yet is looked at, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** A fault that hits one request. */
export interface Hit<F extends string> {
  readonly fault: F;
  readonly latencyMs: number;
}

interface OpenWindow<F extends string> extends Hit<F> {
  readonly share: number;
  /** The first request is always hit. */
  used: boolean;
}

/** Decides request by request what goes wrong. */
export class ActiveFaults<F extends string> {
  readonly #windows = new Set<OpenWindow<F>>();

  constructor(
    private readonly random: Random,
    private readonly onHit: (fault: F) => void,
  ) {}

  /**
   * Has a fault for `forMs` that hits a share of the requests. It stays until it has hit something, since a fault that
   * nobody meets proves nothing.
   */
  async openFor(forMs: number, fault: F, share: number, latencyMs: number): Promise<void> {
    const window = { fault, share, latencyMs, used: false };
    this.#windows.add(window);
    await sleep(forMs);
    while (!window.used && this.#windows.has(window)) await sleep(LOOK_EVERY_MS);
    this.#windows.delete(window);
  }

  /** Ends all. */
  clear(): void {
    this.#windows.clear();
  }

  /** Whether a window of the fault is open. */
  has(fault: F): boolean {
    return [...this.#windows].some((window) => window.fault === fault);
  }

  /** What happens to the next request, if anything. `among` limits the faults that can happen to it. */
  draw(among?: F): Hit<F> | undefined {
    for (const window of this.#windows) {
      if (among !== undefined && window.fault !== among) continue;
      if (window.used && this.random() >= window.share) continue;
      window.used = true;
      this.onHit(window.fault);
      return window;
    }
    return undefined;
  }
}
