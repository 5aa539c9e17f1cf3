/** Timers and elapsed time. Injected wherever code waits, so that tests and a simulator control time. */
import { setTimeout as sleepFor } from 'node:timers/promises';

/** Waits, and measures how long. */
export interface Timers {
  /** Returns milliseconds since some moment in the past. Never decreases, unlike a clock. */
  now(): number;
  /** Calls `run` once after `delayMs`. Does not keep the process alive. Returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Resolves after `delayMs`, or as soon as the signal aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's timers. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return () => clearTimeout(timer);
  },
  sleep: (delayMs, signal) =>
    sleepFor(delayMs, undefined, signal && { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    }),
};
