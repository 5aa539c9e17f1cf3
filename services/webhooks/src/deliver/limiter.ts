/** Bounds the requests in flight to each endpoint, so that a slow receiver delays no other. */

/** Slots of one key. */
interface Slots {
  taken: number;
  readonly waiting: Set<() => void>;
}

/** Counts work in flight by key. */
export class KeyedLimiter {
  readonly #limit: number;
  readonly #slots = new Map<string, Slots>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a slot of the key, waiting at most `waitMs` for one. Resolves with a function that frees the slot, or with
   * undefined when none became free in time.
   */
  async acquire(key: string, waitMs: number): Promise<(() => void) | undefined> {
    const slots = this.#slots.get(key) ?? { taken: 0, waiting: new Set() };
    this.#slots.set(key, slots);
    if (slots.taken >= this.#limit && !(await waitForTurn(slots, waitMs))) return undefined;
    slots.taken += 1;
    return () => this.#free(key, slots);
  }

  #free(key: string, slots: Slots): void {
    slots.taken -= 1;
    const [next] = slots.waiting;
    if (next) next();
    else if (slots.taken === 0) this.#slots.delete(key);
  }
}

/** Resolves with true when a slot is free for the caller, with false after `waitMs`. */
function waitForTurn({ waiting }: Slots, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const turn = () => {
      waiting.delete(turn);
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      waiting.delete(turn);
      resolve(false);
    }, waitMs);
    waiting.add(turn);
  });
}
