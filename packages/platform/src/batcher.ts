/** Groups single calls into batch calls, which SQS bills as one. */

/** Result of one entry of a batch. */
export type EntryResult<O> = { readonly value: O } | { readonly error: unknown };

/** Options of a batcher. */
export interface BatcherOptions<I, O> {
  /** Sends one batch and returns the result of each entry, in order. A rejection fails every entry of the batch. */
  readonly send: (entries: readonly I[]) => Promise<readonly EntryResult<O>[]>;
  /** Entries in one batch at most. */
  readonly maxEntries: number;
  /** Sum of `sizeOf` in one batch at most. An entry that is larger goes alone. */
  readonly maxSize?: number;
  /** Size of one entry; 0 without it. */
  readonly sizeOf?: (entry: I) => number;
  /** Batches in flight at most. */
  readonly maxConcurrent: number;
  /** Maximum number of waiting entries; more are refused, so that callers notice an overload early. */
  readonly maxWaiting?: number;
  /**
   * Sends a partial batch at once while no other is in flight: an idle system pays no delay for grouping, and entries
   * that arrive meanwhile form the next batch. Otherwise every batch waits until it is full or overdue.
   */
  readonly eager: boolean;
  /** Longest time that an entry waits for others, in milliseconds. */
  readonly maxWaitMs: number;
}

/** The limit of waiting entries is reached. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
}

interface Waiting<I, O> {
  readonly entry: I;
  readonly size: number;
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects entries and sends them in batches. Each entry's promise settles with its own result. */
export class Batcher<I, O> {
  readonly #options: BatcherOptions<I, O>;
  readonly #waiting: Waiting<I, O>[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #scheduled = false;
  #overdue: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions<I, O>) {
    this.#options = options;
  }

  /** Settles with the entry's result of the batch call; rejects with BatcherFullError. */
  add(entry: I): Promise<O> {
    const { maxWaiting = Number.POSITIVE_INFINITY, sizeOf } = this.#options;
    if (this.#waiting.length >= maxWaiting)
      return Promise.reject(new BatcherFullError(`${this.#waiting.length} entries wait already`));
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ entry, size: sizeOf?.(entry) ?? 0, resolve, reject });
      this.#schedule();
    });
  }

  /** Sends all waiting entries, and resolves when they are settled. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight.size > 0) {
      this.#dispatchDue(true);
      await Promise.race(this.#inFlight);
    }
  }

  /** Once in a turn of the event loop, so that entries that came together leave together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatchDue(false);
    });
  }

  #dispatchDue(overdue: boolean): void {
    const { maxEntries, maxConcurrent, maxWaitMs, eager } = this.#options;
    while (this.#waiting.length > 0 && this.#inFlight.size < maxConcurrent) {
      const mayLeave = overdue || (eager && this.#inFlight.size === 0);
      if (!mayLeave && this.#waiting.length < maxEntries) break;
      this.#dispatch(this.#takeBatch());
    }
    if (this.#waiting.length === 0) {
      clearTimeout(this.#overdue);
      this.#overdue = undefined;
    } else {
      this.#overdue ??= setTimeout(() => {
        this.#overdue = undefined;
        this.#dispatchDue(true);
      }, maxWaitMs);
    }
  }

  #takeBatch(): Waiting<I, O>[] {
    const { maxEntries, maxSize = Number.POSITIVE_INFINITY } = this.#options;
    let size = 0;
    const end = this.#waiting.slice(0, maxEntries).findIndex((waiting, index) => {
      size += waiting.size;
      return size > maxSize && index > 0;
    });
    return this.#waiting.splice(0, end === -1 ? maxEntries : end);
  }

  #dispatch(batch: readonly Waiting<I, O>[]): void {
    const sent = this.#send(batch).then(() => {
      this.#inFlight.delete(sent);
      this.#dispatchDue(false);
    });
    this.#inFlight.add(sent);
  }

  async #send(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const results = await this.#options.send(batch.map(({ entry }) => entry));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index] ?? {
          error: new Error('The batch call returned no result for this entry'),
        };
        if ('error' in result) reject(result.error);
        else resolve(result.value);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
