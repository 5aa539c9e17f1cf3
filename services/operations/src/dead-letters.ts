/**
 * One reader of the dead-letter queue at a time. SQS shows a message to one reader, so that two readers in a process would
 * each see a part: readers share a look, and a change keeps them out while it lasts.
 */

import type { Clock } from '@order-pipeline/platform/clock';
import type { DeadLetter } from './operator/dead-letter.js';
import type { Depth } from './operator/dead-letter-queue.js';
import { type ReadDeadLetters, readDeadLetters } from './operator/list.js';
import type { Tools } from './operator/tools.js';

/** Age up to which a look is shared, in milliseconds. */
const SHARED_MS = 1_000;

interface Look extends ReadDeadLetters {
  readonly at: number;
  readonly limit: number;
}

/** Reads and changes dead letters, one after the other. */
export class DeadLetters {
  readonly #clock: Clock;
  #queue: Promise<unknown> = Promise.resolve();
  #changing = 0;
  #look: Look | undefined;
  readonly #gone = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns up to `limit` dead letters. While a change lasts: those of the last look that have not left since. */
  async list(tools: Pick<Tools, 'dlq' | 'shell'>, limit: number): Promise<ReadDeadLetters> {
    if (this.#changing > 0 && this.#look) return this.#remaining(this.#look, limit);
    return this.#next(async () => {
      const look = this.#look;
      if (look && look.limit >= limit && this.#clock() - look.at <= SHARED_MS)
        return this.#remaining(look, limit);
      try {
        const read = await readDeadLetters(tools, limit);
        if (!tools.shell.signal.aborted) {
          this.#look = { ...read, at: this.#clock(), limit };
          this.#gone.clear();
        }
        return read;
      } finally {
        await tools.dlq.giveBack();
      }
    });
  }

  /** Runs a change that receives dead letters. */
  async change<T>(tools: Pick<Tools, 'dlq'>, run: () => Promise<T>): Promise<T> {
    this.#changing += 1;
    try {
      return await this.#next(async () => {
        try {
          return await run();
        } finally {
          await tools.dlq.giveBack().catch(() => undefined);
        }
      });
    } finally {
      this.#changing -= 1;
      if (this.#look) this.#look = { ...this.#look, at: 0 };
    }
  }

  /** Returns true when the last look showed a dead letter of the order that has not left since. */
  hasOrder(orderId: string): boolean {
    const letters = this.#look?.letters ?? [];
    return letters.some(({ id, order }) => order?.order_id === orderId && !this.#gone.has(id));
  }

  /** Returns the ids of orders that the last look showed and that have not left since. */
  get orderIds(): ReadonlySet<string> {
    const letters = this.#look?.letters ?? [];
    return new Set(
      letters.flatMap(({ id, order }) => (order && !this.#gone.has(id) ? [order.order_id] : [])),
    );
  }

  /** Notes that a dead letter has left the queue. */
  left(messageId: string): void {
    this.#gone.add(messageId);
  }

  #remaining({ letters, depth }: Look, limit: number): ReadDeadLetters {
    const remaining = letters.filter(({ id }) => !this.#gone.has(id));
    return { letters: remaining.slice(0, limit), depth: without(depth, letters, remaining) };
  }

  #next<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(run);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function without(depth: Depth, before: readonly DeadLetter[], after: readonly DeadLetter[]): Depth {
  return { ...depth, visible: Math.max(after.length, depth.visible - (before.length - after.length)) };
}
