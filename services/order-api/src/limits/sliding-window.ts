/** Counts events in a sliding window, in buckets: never more than the quota in any window, at a fixed size per caller. */
import type { QuotaPolicy } from './policy.js';

/** Buckets per window. An event counts for at most one bucket longer than the window. */
const BUCKETS = 30;

/** Sizes of a policy's window and buckets, in milliseconds. */
export interface WindowShape {
  readonly windowMs: number;
  readonly bucketMs: number;
}

/** Returns the shape of a policy. */
export function toShape({ windowSeconds }: QuotaPolicy): WindowShape {
  const windowMs = windowSeconds * 1_000;
  return { windowMs, bucketMs: Math.ceil(windowMs / BUCKETS) };
}

/** Events of one caller. Times are milliseconds of one clock that does not go back. */
export class SlidingWindow {
  readonly #shape: WindowShape;
  /** Index and count of each bucket, oldest first. */
  #buckets: (readonly [index: number, count: number])[] = [];

  constructor(shape: WindowShape) {
    this.#shape = shape;
  }

  /** Returns the number of events that count at `nowMs`. */
  count(nowMs: number): number {
    if (this.#buckets.some(([index]) => this.#endOf(index) <= nowMs))
      this.#buckets = this.#buckets.filter(([index]) => this.#endOf(index) > nowMs);
    return this.#buckets.reduce((sum, [, count]) => sum + count, 0);
  }

  /** Adds one event. */
  add(nowMs: number): void {
    const current = Math.floor(nowMs / this.#shape.bucketMs);
    const [last, count] = this.#buckets.at(-1) ?? [];
    if (last === current) this.#buckets[this.#buckets.length - 1] = [current, (count ?? 0) + 1];
    else this.#buckets.push([current, 1]);
  }

  /** Returns the time until the oldest events stop counting, in milliseconds; 0 without events. */
  resetMs(nowMs: number): number {
    const [oldest] = this.#buckets;
    return oldest ? Math.max(0, this.#endOf(oldest[0]) - nowMs) : 0;
  }

  #endOf(index: number): number {
    return (index + 1) * this.#shape.bucketMs + this.#shape.windowMs;
  }
}
