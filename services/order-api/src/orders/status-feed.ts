/** Publishes status changes through Redis, and delivers them to waiting requests. */
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import {
  decodeStatusChange,
  encodeStatusChange,
  type StatusChange,
  statusChannel,
} from '@order-pipeline/contracts/status-feed';
import type { Redis } from '@order-pipeline/platform/redis';
import { duplicateRedis } from '@order-pipeline/platform/redis-follow';
import type { ApiMetrics } from '../metrics.js';

/** Called with each status that is published for one order. */
export type StatusListener = (status: OrderStatus) => void;

/** One connection that listens for all waiting requests of this process. */
export class StatusFeed {
  readonly #subscriber: Redis;
  readonly #listeners = new Map<string, Set<StatusListener>>();

  readonly #redis: Redis;
  readonly #metrics: ApiMetrics;

  /** `redis` publishes; a second connection listens, since a Redis connection can do only one of the two. */
  constructor(redis: Redis, metrics: ApiMetrics) {
    this.#redis = redis;
    this.#metrics = metrics;

    this.#subscriber = duplicateRedis(redis);
    // The first connection logs that Redis is unavailable.
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('message', (channel: string, message: string) => this.#deliver(channel, message));
  }

  /** Listens until `stop` is called. `live` is false without Redis: then no change is delivered. */
  async listen(orderId: string, listener: StatusListener): Promise<{ live: boolean; stop: () => void }> {
    const channel = statusChannel(orderId);
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    const live = await this.#tolerate(this.#subscriber.subscribe(channel));
    const stop = () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      void this.#tolerate(this.#subscriber.unsubscribe(channel));
    };
    return { live, stop };
  }

  /** Publishes a change to all processes. Without Redis it is lost, and waiting requests find it in the table later. */
  async publish(change: StatusChange): Promise<void> {
    await this.#tolerate(this.#redis.publish(statusChannel(change.order_id), encodeStatusChange(change)));
  }

  /** Closes the listening connection. */
  close(): void {
    this.#subscriber.disconnect();
  }

  #deliver(channel: string, message: string): void {
    const status = decodeStatusChange(message)?.status;
    if (!status) return;
    for (const listener of this.#listeners.get(channel) ?? []) listener(status);
  }

  async #tolerate(call: Promise<unknown>): Promise<boolean> {
    try {
      await call;
      return true;
    } catch {
      this.#metrics.countWithoutRedis('events');
      return false;
    }
  }
}
