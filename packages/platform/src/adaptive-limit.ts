/**
 * A limit of concurrent work that follows what a process and its dependencies can take: additive increase, multiplicative
 * decrease, as TCP does (RFC 5681). Pure; see the users for what counts as congestion.
 */

/** Observation since the last step: `full` means that more work was available than the limit allowed. */
export type LoadSignal = 'congested' | 'full' | 'spare';

/** Bounds and steps of a limit. */
export interface LimitOptions {
  readonly min: number;
  readonly max: number;
  /** Added when the limit was reached without congestion. */
  readonly step: number;
  /** Multiplies the limit on congestion; between 0 and 1. */
  readonly factor: number;
}

/** Returns the next limit. A limit that is not reached stays: nothing shows that more would do. */
export function nextLimit(
  limit: number,
  signal: LoadSignal,
  { min, max, step, factor }: LimitOptions,
): number {
  if (signal === 'congested') return Math.max(min, limit * factor);
  return signal === 'full' ? Math.min(max, limit + step) : limit;
}
