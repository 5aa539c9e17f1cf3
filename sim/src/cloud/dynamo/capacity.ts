/** Costs of calls, and DynamoDB's limits for one partition key. */

/** Write units of an item of a size: one for each KiB. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/** Read units of so many bytes: one for each 4 KiB, half of that for an eventually consistent read. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / 4_096)) * (consistent ? 1 : 0.5);
}

/** Units a second that DynamoDB serves for one partition (Developer Guide, "Partition key design"). */
const PARTITION_LIMITS = { writeUnits: 1_000, readUnits: 3_000 } as const;

/** Counts units, and says when a key has had more than its partition serves in a second. */
export class CapacityMeter {
  /** All write units so far. */
  written = 0;
  /** All read units so far. */
  read = 0;
  readonly #spent = new Map<string, { second: number; units: number }>();

  readonly #limited: boolean;

  /** `limited`: whether keys are held to the limits. */
  constructor(limited: boolean) {
    this.#limited = limited;
  }

  /** Uses units of a key at a time in milliseconds; returns false when the partition has none left in this second. */
  take(kind: 'read' | 'write', key: string, units: number, now: number): boolean {
    if (this.#limited && !this.#fits(kind, key, units, now)) return false;
    if (kind === 'write') this.written += units;
    else this.read += units;
    return true;
  }

  #fits(kind: 'read' | 'write', key: string, units: number, now: number): boolean {
    const name = `${kind}/${key}`;
    const second = Math.floor(now / 1_000);
    const spent = this.#spent.get(name);
    const used = spent?.second === second ? spent.units : 0;
    const limit = kind === 'write' ? PARTITION_LIMITS.writeUnits : PARTITION_LIMITS.readUnits;
    if (used + units > limit) return false;
    this.#spent.set(name, { second, units: used + units });
    return true;
  }
}
