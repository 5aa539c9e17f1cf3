/**
 * DynamoDB's capacity units and limits, as the developer guide has them ("Read/write capacity mode", "DynamoDB item sizes
 * and formats", "Service quotas").
 */

/** Write units that a partition key takes in a second. */
export const WRITE_UNITS_PER_SECOND = 1_000;

/** Read units that a partition key takes in a second. */
export const READ_UNITS_PER_SECOND = 3_000;

/** Returns the size of an item in bytes, to within a byte for each number. */
export function itemSize(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value),
    0,
  );
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).length / 2) + 2;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + 1 + sizeOf(each), 3);
  if (typeof value !== 'object' || value === null) return 1;
  return 3 + Object.keys(value).length + itemSize(value as Record<string, unknown>);
}

/** Returns the units of a write, the larger of the item before and after it decides; a failed condition costs the same. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/** Returns the units of a consistent read of one item. */
export function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4_096));
}

/** Capacity that was used. */
export interface Usage {
  readonly readUnits: number;
  readonly writeUnits: number;
}

/**
 * Returns how many orders a second the busiest key lets through, when `orders` orders used so much of each key.
 */
export function ordersPerSecond(orders: number, keys: Iterable<Usage>): number {
  let seconds = 0;
  for (const used of keys)
    seconds = Math.max(
      seconds,
      used.writeUnits / WRITE_UNITS_PER_SECOND,
      used.readUnits / READ_UNITS_PER_SECOND,
    );
  return orders / seconds;
}

/** Capacity of one partition key: a second's worth at most, which refills with time. */
export class Bucket {
  #left: number;
  #at = 0;

  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;

    this.#left = perSecond;
  }

  /** Takes units at a time in milliseconds. Returns false when there are too few. */
  take(units: number, now: number): boolean {
    this.#left = Math.min(
      this.#perSecond,
      this.#left + (Math.max(0, now - this.#at) / 1_000) * this.#perSecond,
    );
    this.#at = Math.max(this.#at, now);
    if (this.#left < units) return false;
    this.#left -= units;
    return true;
  }
}
