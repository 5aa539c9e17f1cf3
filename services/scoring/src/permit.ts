/** Time during which a call may still act. */
import type { Clock } from '@order-pipeline/platform/clock';
import { CallerGoneError, RefusedError } from './errors.js';

/** Throws when the call may no longer act; called right before every effect. */
export type Permit = () => void;

/**
 * A permit that ends at `notAfter` (epoch milliseconds) or when the caller hangs up, whichever comes first. It keeps a
 * worker that has lost its lease from acting. An effect that was sent just before the end can still land up to one
 * store or gateway timeout later, so callers end their lease with at least that margin.
 */
export function createPermit(notAfter: number, signal: AbortSignal, clock: Clock): Permit {
  return () => {
    if (clock() > notAfter) throw new RefusedError('not_after has passed: the call came too late to act');
    if (signal.aborted) throw new CallerGoneError('The caller has hung up');
  };
}
