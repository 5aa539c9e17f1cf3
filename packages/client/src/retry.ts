/** Decides whether and when a failed request is repeated. */
import {
  IdempotencyKeyInFlightError,
  OrderApiError,
  type OrderClientError,
  OrderConnectionError,
} from './errors.js';

/** Limits of the retries of one call. */
export interface RetryOptions {
  /** Repeats after the first try. */
  readonly maxRetries: number;
  /** Upper bound of the first delay in milliseconds; it doubles with each retry. */
  readonly baseDelayMs: number;
  /** Longest delay in milliseconds. A longer `Retry-After` is not waited for: the error is thrown at once. */
  readonly maxDelayMs: number;
}

const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

function isRetryable(error: OrderClientError): boolean {
  if (error instanceof OrderConnectionError || error instanceof IdempotencyKeyInFlightError) return true;
  return error instanceof OrderApiError && RETRYABLE_STATUSES.has(error.status);
}

/**
 * Returns the delay before the next try in milliseconds, or undefined when the error is final. Delays are random between
 * 0 and an exponentially growing bound (full jitter), but never shorter than `Retry-After`.
 *
 * @param retries number of retries so far
 * @param random a number in [0, 1)
 */
export function decideRetry(
  error: OrderClientError,
  retries: number,
  { maxRetries, baseDelayMs, maxDelayMs }: RetryOptions,
  random: number,
): number | undefined {
  if (retries >= maxRetries || !isRetryable(error)) return undefined;
  const suggested = error instanceof OrderApiError ? (error.retryAfterMs ?? 0) : 0;
  if (suggested > maxDelayMs) return undefined;
  return Math.min(maxDelayMs, suggested + Math.min(maxDelayMs, baseDelayMs * 2 ** retries) * random);
}

/** Parses `Retry-After` (seconds or an HTTP date). Returns milliseconds, or undefined when absent or unreadable. */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
