/** Decides how many orders may be in work at once, by how late the event loop is. */
import { type LimitOptions, nextLimit } from '@order-pipeline/platform/adaptive-limit';

/** Observation of one interval. */
export interface ObservedLoad {
  /** Delay of the event loop in milliseconds: what every request waits before it is read. */
  readonly lagMs: number;
  /** Most orders that were in work at once. */
  readonly peak: number;
}

/** Options of the decision. */
export interface OverloadOptions {
  /** Event-loop delay above which the process takes on too much, in milliseconds. */
  readonly maxLagMs: number;
  /** Orders in work that are always allowed. */
  readonly min: number;
  /** Orders in work that are never exceeded. */
  readonly max: number;
}

/** A quarter less each interval, a fifth more. */
const DECREASE = 0.75;
const INCREASE = 0.2;

/**
 * Returns the limit for the next interval. A delay with few orders in work has another cause, which shedding them would
 * not change: the limit falls below what was in work, but never below `min`.
 */
export function decideLimit(limit: number, { lagMs, peak }: ObservedLoad, options: OverloadOptions): number {
  const bounds: LimitOptions = {
    min: options.min,
    max: options.max,
    step: Math.max(1, limit * INCREASE),
    factor: DECREASE,
  };
  if (lagMs > options.maxLagMs)
    return nextLimit(Math.min(limit, Math.max(peak, options.min)), 'congested', bounds);
  // Without load the limit cannot be measured: it returns to its maximum by itself.
  const rises = peak >= Math.floor(limit) || peak < options.min;
  return nextLimit(limit, rises ? 'full' : 'spare', bounds);
}
