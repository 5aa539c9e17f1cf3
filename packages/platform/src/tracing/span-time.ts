/** Times of spans: finer than milliseconds, and close to the clock of the machine, also after that was set. */

/** Clocks to read from. */
export interface SpanClocks {
  /** Epoch milliseconds. */
  readonly wall: () => number;
  /** Milliseconds that never run backwards. */
  readonly monotonic: () => number;
}

/** Difference of the clocks beyond which the machine's clock was set, in milliseconds: it counts in whole ones. */
const DRIFT_MS = 2;

/** Creates a clock that returns epoch milliseconds with fractions. */
export function createEpochClock({ wall, monotonic }: SpanClocks): () => number {
  let offset = wall() - monotonic();
  return () => {
    const elapsed = monotonic();
    const drift = wall() - (offset + elapsed);
    if (drift > DRIFT_MS || drift < -DRIFT_MS) offset += drift;
    return offset + elapsed;
  };
}

/** Returns epoch milliseconds with fractions. */
export const epochMs = createEpochClock({ wall: Date.now, monotonic: () => performance.now() });

/** Converts epoch milliseconds to seconds and nanoseconds. */
export function toHrTime(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1_000);
  return [seconds, Math.min(999_999_999, Math.floor((milliseconds - seconds * 1_000) * 1e6))];
}
