/** Classifies failed calls: worth another try or not, the service's fault or not. */

/** gRPC's status codes other than OK, in the spelling of Connect's `Code`. */
export type FailureCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'Aborted'
  | 'OutOfRange'
  | 'Unimplemented'
  | 'Internal'
  | 'Unavailable'
  | 'DataLoss'
  | 'Unauthenticated';

/** Failure of one try. */
export interface Failure {
  readonly code: FailureCode;
  /** True when the service itself responded; false for errors of the connection and of this side. */
  readonly answered: boolean;
}

/** Consequences of a code for the caller. */
interface FailureClass {
  /** Another try may succeed, and every effect is idempotent. */
  readonly retry: boolean;
  /** The service or the way to it is at fault, not this one request. */
  readonly infrastructure: boolean;
}

const FINAL: FailureClass = { retry: false, infrastructure: false };
const CONFLICT: FailureClass = { retry: true, infrastructure: false };
const INFRASTRUCTURE: FailureClass = { retry: true, infrastructure: true };

/** The retry table. Business codes are responses: a retry would get the same one. */
const FAILURE_CLASSES: Readonly<Record<FailureCode, FailureClass>> = {
  Unavailable: INFRASTRUCTURE,
  DeadlineExceeded: INFRASTRUCTURE,
  ResourceExhausted: INFRASTRUCTURE,
  Aborted: CONFLICT,
  Internal: FINAL,
  Unknown: FINAL,
  Canceled: FINAL,
  InvalidArgument: FINAL,
  NotFound: FINAL,
  AlreadyExists: FINAL,
  PermissionDenied: FINAL,
  FailedPrecondition: FINAL,
  OutOfRange: FINAL,
  Unimplemented: FINAL,
  DataLoss: FINAL,
  Unauthenticated: FINAL,
};

/**
 * Further codes that mean an outage when they come from the connection. From the service, INTERNAL is a bug that a
 * repeat meets again and CANCELLED is its decision; from the connection both are a stream that was reset.
 */
const BROKEN_CONNECTION: Partial<Record<FailureCode, FailureClass>> = {
  Internal: INFRASTRUCTURE,
  Canceled: INFRASTRUCTURE,
};

function classOf({ code, answered }: Failure): FailureClass {
  return (!answered && BROKEN_CONNECTION[code]) || FAILURE_CLASSES[code];
}

/** Decides about another try, with `leftMs` of the caller's budget left. The number of tries is capped elsewhere. */
export function decideRetry(failure: Failure, leftMs: number): 'retry' | 'give-up' {
  return classOf(failure).retry && leftMs > 0 ? 'retry' : 'give-up';
}

/** Returns true for a failure that counts towards opening the breaker. */
export function countsAgainstService(failure: Failure): boolean {
  return classOf(failure).infrastructure;
}

/** Number of tries, and the pauses between them. */
export interface RetryLimits {
  /** Tries in all, the first included. */
  readonly maxTries: number;
  /** Upper bound of the first pause, in milliseconds; it doubles with each try. The pause is a random part of it. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/**
 * Returns the pause in milliseconds before the try after the `tried`-th: exponential with full jitter, and never more than
 * half of what is left of the budget, which would leave nothing for the try itself. `random` in [0,1).
 */
export function decidePauseMs(tried: number, limits: RetryLimits, leftMs: number, random: number): number {
  const ceiling = Math.min(limits.maxPauseMs, limits.firstPauseMs * 2 ** (tried - 1));
  return Math.min(random * ceiling, leftMs / 2);
}
