/** Recent orders of a user, counted in Redis: a sliding window as a sorted set of orders by the time of each. */
import type { Redis } from '@order-pipeline/platform/redis';

/** An order as the window counts it. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly userId: string;
  /** Time at which the order was placed, in epoch milliseconds. */
  readonly placedAt: number;
}

/** The users' recent orders. */
export class VelocityStore {
  readonly #redis: Redis | undefined;
  readonly #windowMs: number;

  constructor(
    /** Undefined on a machine without Redis. */
    redis: Redis | undefined,
    windowMs: number,
  ) {
    this.#redis = redis;
    this.#windowMs = windowMs;
  }

  /**
   * Adds the order and returns the number of orders that the user placed within the window that ends with it, itself
   * included. A repeated call counts the order once. Returns undefined when Redis fails: velocity is optional.
   */
  async count(order: PlacedOrder): Promise<number | undefined> {
    try {
      const answers = await this.#add(order);
      const [error, count] = answers?.[2] ?? [];
      return error || typeof count !== 'number' ? undefined : count;
    } catch {
      return undefined;
    }
  }

  /** One round trip. The times are those of the orders, so that a backlog that is worked off late counts as placed. */
  async #add({ orderId, userId, placedAt }: PlacedOrder) {
    const key = `fraud:velocity:${userId}`;
    const before = placedAt - this.#windowMs;
    return await this.#redis
      ?.multi()
      .zadd(key, 'NX', placedAt, orderId)
      .zremrangebyscore(key, '-inf', before)
      .zcount(key, `(${before}`, placedAt)
      .pexpire(key, this.#windowMs)
      .exec();
  }
}
