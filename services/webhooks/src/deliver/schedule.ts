/** Decides when a delivery is tried again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delays after each failed attempt, in milliseconds. Their sum is three days. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  23 * HOUR_MS + 47 * MINUTE_MS + 25 * SECOND_MS,
];

/** Share of a delay by which it varies, so that the deliveries of an outage do not return at one moment. */
const JITTER = 0.2;

/** Options of `decideNextAttempt`. */
export interface RetryOptions {
  /** Number of attempts so far, at least 1. */
  readonly attempts: number;
  /** Delay that the endpoint asked for by `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** A number in [0, 1). */
  readonly random: number;
  /** Divides the delays, so that tests and local stacks need not wait for days. Default 1. */
  readonly speed?: number;
}

/** Returns the delay before the next attempt in milliseconds, or undefined when all attempts were made. */
export function decideNextAttempt({
  attempts,
  retryAfterMs = 0,
  random,
  speed = 1,
}: RetryOptions): number | undefined {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return undefined;
  const jittered = delayMs * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(jittered / speed, Math.min(retryAfterMs, 24 * HOUR_MS)));
}
