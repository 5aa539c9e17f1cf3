/** Follows the feed of recent orders in Redis: its history first, then each new entry. */
import { decodeFeedEntry, type FeedEntry, ORDER_FEED_KEY } from '@order-pipeline/contracts/order-feed';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Redis } from '@order-pipeline/platform/redis';
import { duplicateRedis } from '@order-pipeline/platform/redis-follow';
import type { Timers } from '@order-pipeline/platform/timers';

/** Dependencies of a {@link FeedReader}. */
export interface FeedReaderDeps {
  readonly redis: Redis;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly logger: Logger;
  /** Called with the entries in the order of the stream. Must not throw. */
  readonly onEntry: (entry: FeedEntry) => void;
}

/** Entries of one read. */
const PAGE = 1_000;

/** Longest wait of one read for entries, in milliseconds. */
const BLOCK_MS = 1_000;

/** Delay after a read that failed, in milliseconds. */
const RETRY_MS = 500;

type StreamEntry = readonly [id: string, fields: readonly string[]];

/** Reads until it is stopped. */
export class FeedReader {
  readonly #deps: FeedReaderDeps;
  /** A connection of its own: a read that waits holds up every other command. */
  readonly #redis: Redis;
  readonly #stop = new AbortController();
  #lastId = '0';
  #live = false;
  #done: Promise<void> = Promise.resolve();
  #caughtUp: () => void = () => undefined;

  constructor(deps: FeedReaderDeps) {
    this.#deps = deps;
    this.#redis = duplicateRedis(deps.redis);
    this.#redis.options.commandTimeout = BLOCK_MS * 3;
    this.#redis.on('error', () => undefined);
  }

  /** True while entries arrive as they are written. */
  get live(): boolean {
    return this.#live;
  }

  /** Starts reading. Resolves when the history is read, or `timeoutMs` later without it. */
  async start(timeoutMs: number): Promise<void> {
    const caughtUp = new Promise<void>((resolve) => {
      this.#caughtUp = resolve;
    });
    this.#done = this.#read();
    await Promise.race([caughtUp, this.#deps.timers.sleep(timeoutMs, this.#stop.signal)]);
  }

  /** Stops reading. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#redis.disconnect();
    await this.#done;
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const entries = await this.#next();
        for (const [id, [, text = '']] of entries) {
          this.#lastId = id;
          const entry = decodeFeedEntry(text);
          if (entry) this.#deps.onEntry(entry);
        }
        if (entries.length < PAGE) {
          this.#live = true;
          this.#caughtUp();
        }
      } catch (error) {
        if (this.#live) this.#deps.logger.warn({ err: error }, 'the feed of orders cannot be read');
        this.#live = false;
        await this.#deps.timers.sleep(RETRY_MS, signal);
      }
    }
    this.#live = false;
  }

  /** The history in pages without waiting; then what comes. */
  async #next(): Promise<readonly StreamEntry[]> {
    if (!this.#live) return await this.#redis.xrange(ORDER_FEED_KEY, `(${this.#lastId}`, '+', 'COUNT', PAGE);
    const answer = await this.#redis.xread(
      'COUNT',
      PAGE,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      ORDER_FEED_KEY,
      this.#lastId,
    );
    return answer?.[0]?.[1] ?? [];
  }
}
