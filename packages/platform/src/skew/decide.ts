/**
 * Estimates how far this machine's clock is off, in milliseconds, positive when it is ahead. Every observation gives
 * bounds; the estimate is the value nearest to zero that the bounds allow, so that it never reports skew that may not
 * exist.
 */

/** Limits between which the skew lies. */
export interface SkewBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** An HTTP response with a `Date` header. Times in epoch milliseconds, by this machine's clock except `dateMs`. */
export interface DatedResponse {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

/** A `Date` header has no fractions of a second. */
const DATE_RESOLUTION_MS = 1_000;

/** Returns the bounds that a response gives: its date was written at some moment between sending and receiving. */
export function boundsOfResponse({ sentAtMs, receivedAtMs, dateMs }: DatedResponse): SkewBounds {
  return { minMs: sentAtMs - dateMs - DATE_RESOLUTION_MS, maxMs: receivedAtMs - dateMs };
}

/**
 * Returns the bounds that another worker's live lease gives. It was taken before it was read, so this clock is at most that far ahead
 * of the other one; how far it may be behind is not bounded.
 */
export function boundsOfLease(leaseUntilMs: number, leaseMs: number, nowMs: number): SkewBounds {
  return { minMs: Number.NEGATIVE_INFINITY, maxMs: nowMs - (leaseUntilMs - leaseMs) };
}

/** Returns the skew by the observations, the newest first. Older ones that contradict newer ones are out of date. */
export function estimateSkewMs(newestFirst: readonly SkewBounds[]): number {
  let minMs = Number.NEGATIVE_INFINITY;
  let maxMs = Number.POSITIVE_INFINITY;
  for (const bounds of newestFirst) {
    const narrowed = { minMs: Math.max(minMs, bounds.minMs), maxMs: Math.min(maxMs, bounds.maxMs) };
    if (narrowed.minMs > narrowed.maxMs) break;
    ({ minMs, maxMs } = narrowed);
  }
  if (minMs > 0) return minMs;
  return Math.min(maxMs, 0);
}

/** Decides whether a worker with this skew may claim orders. */
export function decideClaiming(skewMs: number, limitMs: number): 'claim' | 'pause' {
  return Math.abs(skewMs) > limitMs ? 'pause' : 'claim';
}
