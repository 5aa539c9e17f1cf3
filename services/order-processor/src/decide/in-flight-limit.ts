/** Decides the number of orders that a processor works on at once, from the results of the last ones. */
import { nextLimit } from '@order-pipeline/platform/adaptive-limit';

/** Result of one order. */
export interface FinishedOrder {
  /** Time that the work took, in milliseconds. */
  readonly durationMs: number;
  /** True when it failed and will be tried again. */
  readonly failed: boolean;
  /** True when all slots were taken. */
  readonly full: boolean;
}

/** The limit, and the number of unfinished orders that began under an earlier one. */
export interface LimitState {
  readonly limit: number;
  readonly settling: number;
}

/** Bounds of the limit. */
export interface LimitBounds {
  readonly min: number;
  readonly max: number;
}

/** An order that takes longer has waited: for this process, for scoring or for the tables. */
const SLOW_MS = 5_000;

const DECREASE = 0.7;

/**
 * Returns the state after an order has finished. One slow or failed order lowers the limit by a third; those that began
 * with it give no new information, so that the limit falls once for each generation of orders. A generation without any raises the
 * limit by one.
 */
export function afterOrder(
  { limit, settling }: LimitState,
  { durationMs, failed, full }: FinishedOrder,
  bounds: LimitBounds,
): LimitState {
  const options = { ...bounds, step: 1 / limit, factor: DECREASE };
  const congested = failed || durationMs > SLOW_MS;
  if (congested && settling === 0)
    return { limit: nextLimit(limit, 'congested', options), settling: Math.ceil(limit) };
  const left = Math.max(0, settling - 1);
  return { limit: congested ? limit : nextLimit(limit, full ? 'full' : 'spare', options), settling: left };
}
