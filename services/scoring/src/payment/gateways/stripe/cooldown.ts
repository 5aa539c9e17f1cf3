/** A pause that the provider asked for. */
import type { Clock } from '@order-pipeline/platform/clock';
import { UnavailableError } from '../../../errors.js';

/** Holds calls back while the provider's `Retry-After` lasts. */
export class Cooldown {
  readonly #clock: Clock;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts a pause, or extends the current one. In milliseconds. */
  start(durationMs: number): void {
    this.#until = Math.max(this.#until, this.#clock() + durationMs);
  }

  /** Throws UnavailableError during a pause. */
  check(): void {
    const leftMs = this.#until - this.#clock();
    if (leftMs > 0) throw new UnavailableError(`Stripe limits our rate for another ${leftMs} ms`);
  }
}
