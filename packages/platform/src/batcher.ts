/** Groups single calls into the batch calls that SQS bills and answers as one. */

/** What one entry of a batch came to. */
export type EntryResult<O> = { readonly value: O } | { readonly error: unknown };

/** How a batcher groups. */
export interface BatcherOptions<I, O> {
  /** Sends one batch and answers for each entry, in order. A rejection fails every entry of the batch. */
  readonly send: (entries: readonly I[]) => Promise<readonly EntryResult<O>[]>;
  /** Entries in one batch at most. */
  readonly maxEntries: number;
  /** Size of one batch at most, in the unit of `sizeOf`. */
  readonly maxSize?: number;
  /** Size of one entry; 0 without it. */
  readonly sizeOf?: (entry: I) => number;
  /** Batches in flight at most. Entries that arrive meanwhile form the next batch. */
  readonly maxConcurrent: number;
  /** How long a batch that is not full waits for company, in milliseconds; 0 sends a lone entry at once. */
  readonly lingerMs: number;
}

interface Pending<I, O> {
  readonly entry: I;
  readonly size: number;
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects entries and sends them in batches. Each entry's promise settles with its own result. */
export class Batcher<I, O> {
  readonly #options: BatcherOptions<I, O>;
  #waiting: Pending<I, O>[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #linger: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: BatcherOptions<I, O>) {
    this.#options = options;
  }

  /** Entries that wait for a batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Adds an entry; resolves or rejects with what the batch call said of it. */
  add(entry: I): Promise<O> {
    const size = this.#options.sizeOf?.(entry) ?? 0;
    return new Promise<O>((resolve, reject) => {
      this.#waiting.push({ entry, size, resolve, reject });
      this.#pump();
    });
  }

  /** Sends what waits without lingering, and resolves when all is answered. Entries may still be added. */
  async flush(): Promise<void> {
    this.#closing = true;
    this.#pump();
    while (this.#inFlight.size > 0) await Promise.race(this.#inFlight);
    this.#closing = false;
  }

  #pump(): void {
    const { maxConcurrent, maxEntries, lingerMs } = this.#options;
    while (this.#waiting.length > 0 && this.#inFlight.size < maxConcurrent) {
      if (this.#waiting.length < maxEntries && lingerMs > 0 && !this.#closing) {
        this.#linger ??= setTimeout(() => this.#dispatch(), lingerMs);
        return;
      }
      this.#dispatch();
    }
  }

  #dispatch(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    const sent = this.#send(batch).finally(() => {
      this.#inFlight.delete(sent);
      this.#pump();
    });
    this.#inFlight.add(sent);
  }

  #takeBatch(): Pending<I, O>[] {
    const { maxEntries, maxSize = Number.POSITIVE_INFINITY } = this.#options;
    let count = 0;
    let size = 0;
    for (const pending of this.#waiting) {
      if (count === maxEntries || (count > 0 && size + pending.size > maxSize)) break;
      count += 1;
      size += pending.size;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Pending<I, O>[]): Promise<void> {
    try {
      const results = await this.#options.send(batch.map(({ entry }) => entry));
      batch.forEach((pending, index) => {
        const result = results[index] ?? { error: new Error('The batch call did not answer for this entry') };
        if ('error' in result) pending.reject(result.error);
        else pending.resolve(result.value);
      });
    } catch (error) {
      for (const pending of batch) pending.reject(error);
    }
  }
}
