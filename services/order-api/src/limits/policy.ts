/** Quotas as text: in the configuration, and in the `RateLimit` header fields (IETF draft-10). */
import { parseRate } from '@order-pipeline/contracts/settings';

/** Number of requests that one caller may make in a window. */
export interface QuotaPolicy {
  /** The policy's name in `RateLimit` and `RateLimit-Policy`. */
  readonly name: string;
  /** Requests per window. */
  readonly quota: number;
  /** Length of the window, in seconds. */
  readonly windowSeconds: number;
}

/** State of a caller's quota. */
export interface QuotaState {
  readonly policy: QuotaPolicy;
  /** True when this request is within the quota. */
  readonly allowed: boolean;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Until the oldest requests stop counting, in whole seconds; up to a thirtieth longer than the window. */
  readonly resetSeconds: number;
}

/** Parses `100/minute` (second, minute, hour or day). Returns `undefined` if it is not of that form. */
export function parseQuota(name: string, text: string): QuotaPolicy | undefined {
  const rate = parseRate(text);
  return rate && { name, quota: rate.count, windowSeconds: rate.windowSeconds };
}

/** The value of `RateLimit-Policy`. */
export function toPolicyHeader({ name, quota, windowSeconds }: QuotaPolicy): string {
  return `"${name}";q=${quota};w=${windowSeconds}`;
}

/** The value of `RateLimit`. */
export function toStateHeader({ policy, remaining, resetSeconds }: QuotaState): string {
  return `"${policy.name}";r=${remaining};t=${Math.min(resetSeconds, policy.windowSeconds)}`;
}

/** Of several policies on one request, the one that stops it, else the one that is closest to doing so. */
export function tightest(states: readonly [QuotaState, ...QuotaState[]]): QuotaState {
  return states.reduce((tight, state) => {
    if (tight.allowed !== state.allowed) return tight.allowed ? state : tight;
    return state.remaining < tight.remaining ? state : tight;
  });
}
