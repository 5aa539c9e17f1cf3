/** Lapses at least, however few authorizations there are in the time. */
const LEAST = 4;

/**
 * Authorizations that lapse: for a time, and until there are {@link LEAST}, the provider voids every third one right after it
 * has approved it.
 */
export class Lapses {
  #untilMs = Number.NEGATIVE_INFINITY;
  #approved = 0;
  #left = 0;

  /** Starts the time, in milliseconds. */
  start(forMs: number, now = Date.now()): void {
    this.#untilMs = now + forMs;
    this.#left = LEAST;
  }

  /** Returns true when an authorization that was approved at `now` lapses. */
  takes(now = Date.now()): boolean {
    if (now >= this.#untilMs && this.#left === 0) return false;
    this.#approved += 1;
    if (this.#approved % 3 !== 0) return false;
    this.#left = Math.max(0, this.#left - 1);
    return true;
  }
}

/** Beginning of the request id of a lapse in the journal. */
export const LAPSE_PREFIX = 'lapse-';

/** Path of the harness's own call that starts lapses: `POST /lapses` with `for_ms`. */
export const LAPSES_PATH = '/lapses';
