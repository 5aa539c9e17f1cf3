/**
 * Groups what callers send one by one. A lone item leaves at once; what arrives while earlier groups are on their way
 * waits for one of them to return, or for a full group, or for `maxWaitMs`, whichever is first. So grouping costs an
 * idle system no time, and a busy one makes full groups.
 */

/** How groups are formed. */
export interface BatchOptions<T> {
  readonly maxItems: number;
  /** Sum of `sizeOf` in one group at most. An item that is larger alone still goes, alone. */
  readonly maxBytes: number;
  readonly sizeOf: (item: T) => number;
  /** How long an item waits for company while other groups are on their way. */
  readonly maxWaitMs: number;
  /** Groups on their way at once. */
  readonly maxInFlight: number;
  /** Items that may wait; more are refused, which tells callers of the overload while it is small. */
  readonly maxWaiting: number;
}

/** More items wait than may. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
}

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What became of each item of a group, in the group's order: nothing if it was taken, else the reason. */
export type BatchOutcome = readonly (Error | undefined)[];

/** Sends items in groups and tells each caller what became of its own. */
export class Batcher<T> {
  #waiting: Waiting<T>[] = [];
  #inFlight = new Set<Promise<void>>();
  #scheduled = false;
  #overdue: NodeJS.Timeout | undefined;

  /** `sendBatch` delivers a group; if it throws, every item of the group failed for that reason. */
  constructor(
    private readonly sendBatch: (items: readonly T[]) => Promise<BatchOutcome>,
    private readonly options: BatchOptions<T>,
  ) {}

  /** Resolves when the item has been taken; rejects with the reason why it was not, or with BatcherFullError. */
  send(item: T): Promise<void> {
    if (this.#waiting.length >= this.options.maxWaiting)
      return Promise.reject(new BatcherFullError(`${this.#waiting.length} items wait already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, bytes: this.options.sizeOf(item), resolve, reject });
      this.#schedule();
    });
  }

  /** Sends what waits and resolves when everything has been answered. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight.size > 0) {
      this.#dispatchDue(true);
      await Promise.race(this.#inFlight);
    }
  }

  /** Once per turn of the event loop, so that requests that were read together leave together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatchDue(false);
    });
  }

  #dispatchDue(overdue: boolean): void {
    const { maxItems, maxInFlight, maxWaitMs } = this.options;
    while (this.#waiting.length > 0 && this.#inFlight.size < maxInFlight) {
      if (this.#inFlight.size > 0 && this.#waiting.length < maxItems && !overdue) break;
      this.#dispatch(this.#takeGroup());
    }
    clearTimeout(this.#overdue);
    this.#overdue =
      this.#waiting.length > 0 ? setTimeout(() => this.#dispatchDue(true), maxWaitMs) : undefined;
  }

  #takeGroup(): Waiting<T>[] {
    const { maxItems, maxBytes } = this.options;
    let bytes = 0;
    const end = this.#waiting.slice(0, maxItems).findIndex((entry, index) => {
      bytes += entry.bytes;
      return bytes > maxBytes && index > 0;
    });
    return this.#waiting.splice(0, end === -1 ? maxItems : end);
  }

  #dispatch(group: Waiting<T>[]): void {
    const sending = this.#deliver(group).then(() => {
      this.#inFlight.delete(sending);
      this.#dispatchDue(false);
    });
    this.#inFlight.add(sending);
  }

  async #deliver(group: Waiting<T>[]): Promise<void> {
    try {
      const outcome = await this.sendBatch(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, index) => {
        const failure = outcome[index];
        if (failure) reject(failure);
        else resolve();
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
