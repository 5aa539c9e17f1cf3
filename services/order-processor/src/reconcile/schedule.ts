/** Runs a task again and again, with jitter, so that processes that started together do not stay together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@order-pipeline/platform/logger';

/** Options of a schedule. */
export interface ScheduleOptions {
  /** The task; its signal aborts when the schedule stops. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** From the end of one run to the start of the next on average, in milliseconds. */
  readonly intervalMs: number;
  /** Returns true when a run makes sense now; it is skipped otherwise. */
  readonly isDue: () => boolean;
  readonly logger: Logger;
}

/** The shortest and the longest pause between two runs, as parts of the interval. */
const JITTER = { least: 0.75, most: 1.25 };

/** A schedule that runs until it is stopped. The first run is one interval away. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#loop = this.#repeat();
  }

  /** Cuts off a run that is under way, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #repeat(): Promise<void> {
    const { intervalMs, isDue } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      const share = JITTER.least + (JITTER.most - JITTER.least) * Math.random();
      await sleep(intervalMs * share, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (isDue()) await this.#runOnce(signal);
    }
  }

  async #runOnce(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.run(signal);
    } catch (error) {
      if (!signal.aborted)
        this.#options.logger.error({ err: error }, 'a scheduled run failed; the next one tries again');
    }
  }
}
