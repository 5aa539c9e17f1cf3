/** Counts the processes that share the quotas, by their heartbeats in Redis. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Redis } from '@order-pipeline/platform/redis';

const MEMBERS = 'order-api:processes';
const HEARTBEAT_MS = 5_000;

/** A process without a heartbeat for this long has stopped. */
const LOST_AFTER_MS = 3 * HEARTBEAT_MS;

/** The set of running processes, as this process knows it. */
export class Membership {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #id = randomUUID();
  readonly #expected: number;
  #known = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `expected` processes are assumed at least, also while Redis has never answered. */
  constructor(redis: Redis, expected: number, clock: Clock) {
    this.#redis = redis;
    this.#expected = expected;
    this.#clock = clock;
  }

  /** Returns the number of processes; while Redis is unavailable, the last known one. */
  count(): number {
    return Math.max(1, this.#expected, this.#known);
  }

  /** Sends heartbeats from now on. */
  start(): void {
    this.#redis.on('ready', () => void this.beat());
    this.#timer = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
    void this.beat();
  }

  /** Announces this process and counts the others. Does nothing while Redis is unavailable. */
  async beat(): Promise<void> {
    const now = this.#clock();
    try {
      const [, , size] = await Promise.all([
        this.#redis.zadd(MEMBERS, now, this.#id),
        this.#redis.zremrangebyscore(MEMBERS, 0, now - LOST_AFTER_MS),
        this.#redis.zcard(MEMBERS),
      ]);
      this.#known = size;
    } catch {
      // The last known number stays.
    }
  }

  /** Signs this process off. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#redis.zrem(MEMBERS, this.#id).catch(() => undefined);
  }
}
