/** Recent requests of each caller to this process: the limit while Redis is unavailable, and a shield for Redis otherwise. */
import { LruMap } from '@order-pipeline/platform/lru-map';
import { SlidingWindow, type WindowShape } from './sliding-window.js';

/** A caller's requests to this process. */
export interface LocalCaller {
  readonly window: SlidingWindow;
  /** Allowed without Redis and not counted there yet. */
  debt: number;
  /** Monotonic milliseconds until which the caller exceeds its quota. */
  blockedUntilMs: number;
}

/** Callers that are kept; the one that called longest ago leaves first. About 300 bytes each. */
const MAX_CALLERS = 50_000;

/** A bounded table of callers. */
export class LocalWindows {
  readonly #callers: LruMap<string, LocalCaller>;
  readonly #shape: WindowShape;

  constructor(shape: WindowShape, maxCallers = MAX_CALLERS) {
    this.#shape = shape;
    this.#callers = new LruMap(maxCallers);
  }

  /** Number of callers. */
  get size(): number {
    return this.#callers.size;
  }

  /** Returns the entry of a caller. */
  of(key: string): LocalCaller {
    const known = this.#callers.get(key);
    if (known) return known;
    const caller = { window: new SlidingWindow(this.#shape), debt: 0, blockedUntilMs: 0 };
    this.#callers.set(key, caller);
    return caller;
  }
}
