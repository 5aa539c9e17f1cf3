/** Bounds the requests in flight to each endpoint, so that a slow receiver delays nobody else. */

/** Counts work in flight by key. */
export class KeyedLimiter {
  readonly #limit: number;
  readonly #inFlight = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a slot of the key. Returns undefined when all are taken, or a function that frees the slot. */
  tryAcquire(key: string): (() => void) | undefined {
    const count = this.#inFlight.get(key) ?? 0;
    if (count >= this.#limit) return undefined;
    this.#inFlight.set(key, count + 1);
    return () => {
      const left = (this.#inFlight.get(key) ?? 1) - 1;
      if (left === 0) this.#inFlight.delete(key);
      else this.#inFlight.set(key, left);
    };
  }
}
