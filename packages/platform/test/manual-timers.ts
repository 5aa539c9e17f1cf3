/** Timers that a test advances. */
import type { Timers } from '../src/timers.js';

interface Pending {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time of a test: starts at 0 and moves only by `advance`. */
export class ManualTimers implements Timers {
  readonly #pending = new Set<Pending>();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), run };
    this.#pending.add(timer);
    return () => this.#pending.delete(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const cancel = this.after(delayMs, resolve);
      const abort = () => {
        cancel();
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Advances the time, timer by timer; the effects of one timer have run before the next one is due. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      await new Promise(setImmediate);
      const next = [...this.#pending].sort((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > endMs) break;
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = endMs;
  }
}
