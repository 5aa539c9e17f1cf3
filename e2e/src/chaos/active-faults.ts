/** The faults of one proxy that are active now. */
import { setTimeout as systemSleep } from 'node:timers/promises';
import type { Random } from './random.js';

/** Interval between looks at a fault that has hit nothing yet, in milliseconds. */
const LOOK_EVERY_MS = 100;
/** Time for which a fault that has hit nothing stays open beyond its end, in milliseconds. */
const GRACE_MS = 15_000;

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

/** Decides request by request which fault hits it. */
export class ActiveFaults<F extends string> {
  readonly #windows = new Set<OpenWindow<F>>();
  readonly #random: Random;
  readonly #onHit: (fault: F) => void;
  readonly #sleep: (delayMs: number) => Promise<unknown>;

  constructor(
    random: Random,
    onHit: (fault: F) => void,
    sleep: (delayMs: number) => Promise<unknown> = systemSleep,
  ) {
    this.#random = random;
    this.#onHit = onHit;
    this.#sleep = sleep;
  }

  /**
   * Hits a share of the requests with a fault for `forMs`. A window that has hit nothing stays open for some time more,
   * since an unused fault proves nothing.
   */
  async openFor(forMs: number, fault: F, share: number, latencyMs: number): Promise<void> {
    const window = { fault, share, latencyMs, used: false };
    this.#windows.add(window);
    await this.#sleep(forMs);
    const closesAt = Date.now() + GRACE_MS;
    while (!window.used && this.#windows.has(window) && Date.now() < closesAt)
      await this.#sleep(LOOK_EVERY_MS);
    this.#windows.delete(window);
  }

  /** Closes all windows. */
  clear(): void {
    this.#windows.clear();
  }

  /** Returns true while a window of the fault is open. */
  has(fault: F): boolean {
    return [...this.#windows].some((window) => window.fault === fault);
  }

  /** Returns the fault that hits the next request, if any. `canHit` limits the faults that are possible for it. */
  draw(canHit: (fault: F) => boolean = () => true): Hit<F> | undefined {
    for (const window of this.#windows) {
      if (!canHit(window.fault)) continue;
      if (window.used && this.#random() >= window.share) continue;
      window.used = true;
      this.#onHit(window.fault);
      return window;
    }
    return undefined;
  }
}
