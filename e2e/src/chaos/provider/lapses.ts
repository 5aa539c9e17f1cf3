/** Authorizations that lapse: for a time the provider voids every third one right after it has approved it. */
export class Lapses {
  #untilMs = Number.NEGATIVE_INFINITY;
  #approved = 0;

  /** Starts the time, in milliseconds. */
  start(forMs: number, now = Date.now()): void {
    this.#untilMs = now + forMs;
  }

  /** Returns true when an authorization that was approved at `now` lapses. */
  takes(now = Date.now()): boolean {
    if (now >= this.#untilMs) return false;
    this.#approved += 1;
    return this.#approved % 3 === 0;
  }
}

/** Beginning of the request id of a lapse in the journal. */
export const LAPSE_PREFIX = 'lapse-';

/** Path of the harness's own call that starts lapses: `POST /lapses` with `for_ms`. */
export const LAPSES_PATH = '/lapses';
