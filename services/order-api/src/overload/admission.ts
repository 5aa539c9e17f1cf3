/** Turns orders away early when the process has more to do than it can: they cost a fifth of an accepted one. */
import type { Timers } from '@order-pipeline/platform/timers';
import type { ApiMetrics } from '../metrics.js';
import { decideLimit, type OverloadOptions } from './decide.js';
import { OVERLOADED } from './overloaded-error.js';

/** Dependencies of admission. */
export interface AdmissionDeps {
  /** Returns the delay of the event loop since the last call, in milliseconds. */
  readonly readLagMs: () => number;
  readonly timers: Pick<Timers, 'after'>;
  readonly metrics: Pick<ApiMetrics, 'countShed' | 'observeIntake'>;
}

const INTERVAL_MS = 100;

/** Counts orders in work and limits them. */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #options: OverloadOptions;
  #limit: number;
  #inWork = 0;
  #peak = 0;
  #cancel: () => void = () => undefined;

  constructor(deps: AdmissionDeps, options: OverloadOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#limit = options.max;
    deps.metrics.observeIntake(() => ({ inWork: this.#inWork, limit: Math.floor(this.#limit) }));
  }

  /** Adapts the limit from now on. */
  start(): void {
    this.#cancel = this.#deps.timers.after(INTERVAL_MS, () => {
      this.#limit = decideLimit(
        this.#limit,
        { lagMs: this.#deps.readLagMs(), peak: this.#peak },
        this.#options,
      );
      this.#peak = this.#inWork;
      this.start();
    });
  }

  /** Stops to adapt the limit. */
  stop(): void {
    this.#cancel();
  }

  /** Admits an order; call `leave` when its response is sent. @throws {OverloadedError} */
  enter(): void {
    // Rejected orders count as demand, too.
    this.#peak = Math.max(this.#peak, this.#inWork + 1);
    if (this.#inWork >= Math.floor(this.#limit)) {
      this.#deps.metrics.countShed();
      throw OVERLOADED;
    }
    this.#inWork += 1;
  }

  /** Ends the work on an order that was taken. */
  leave(): void {
    this.#inWork -= 1;
  }
}
