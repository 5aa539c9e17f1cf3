/** Acknowledgement contract: the fate of a message after the work on it. */
import { backoffMs, type RetryClass } from './retry.js';

/** Reason for moving a message to the dead-letter queue. */
export type DeadLetterReason =
  /** It is no order, or one that a service refuses to read. */
  | 'POISON'
  /** Every receive of it failed. */
  | 'RETRIES_EXHAUSTED';

/** Acknowledgement of a message. */
export type Acknowledgement =
  | { readonly kind: 'delete' }
  | { readonly kind: 'later'; readonly delayMs: number }
  /** Kept by this worker, and worked on again after the delay once its dependencies are up: no receive is spent. */
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason };

/** Facts about work that failed. */
export interface Failure {
  readonly retryClass: RetryClass;
  /** Number of receives of the message, this one included. */
  readonly receiveCount: number;
  /** Remaining time of the claim's lease. */
  readonly leaseLeftMs: number;
  /** True when a dependency as a whole is down, so that the failure is not the message's. */
  readonly outage: boolean;
}

/**
 * During an outage the worker waits. A bad message goes to the dead-letter queue at once, any other after `maxReceives` failures; until then it is retried
 * later. `random` in [0,1).
 */
export function acknowledgeFailure(failure: Failure, maxReceives: number, random: number): Acknowledgement {
  if (failure.outage) return { kind: 'wait', delayMs: backoffMs(1, failure.leaseLeftMs, random) };
  if (failure.retryClass === 'poison') return { kind: 'dead-letter', reason: 'POISON' };
  if (failure.receiveCount >= maxReceives) return { kind: 'dead-letter', reason: 'RETRIES_EXHAUSTED' };
  return { kind: 'later', delayMs: backoffMs(failure.receiveCount, failure.leaseLeftMs, random) };
}
