/** What a failed call means: is it worth another try, and does it speak against the service? */

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

/** How one try failed. */
export interface Failure {
  readonly code: FailureCode;
  /** Whether the service itself answered; false for errors of the connection and of this side. */
  readonly answered: boolean;
}

/** What a code means for the caller. */
interface FailureClass {
  /** Another try may succeed, and every effect is idempotent. */
  readonly retry: boolean;
  /** The service or the way to it is at fault, not this one request. */
  readonly infrastructure: boolean;
}

const FINAL: FailureClass = { retry: false, infrastructure: false };
const CONFLICT: FailureClass = { retry: true, infrastructure: false };
const INFRASTRUCTURE: FailureClass = { retry: true, infrastructure: true };

/** The retry table. Business codes are answers: asking again would get the same one. */
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
 * What else means trouble when it comes from the connection. From the service, INTERNAL is a bug that a repeat meets
 * again and CANCELLED is its decision; from the connection both are a stream that was reset.
 */
const BROKEN_CONNECTION: Partial<Record<FailureCode, FailureClass>> = {
  Internal: INFRASTRUCTURE,
  Canceled: INFRASTRUCTURE,
};

function classOf({ code, answered }: Failure): FailureClass {
  return (!answered && BROKEN_CONNECTION[code]) || FAILURE_CLASSES[code];
}

/** Whether to try again, with `leftMs` of the caller's budget left. The number of tries is capped elsewhere. */
export function decideRetry(failure: Failure, leftMs: number): 'retry' | 'give up' {
  return classOf(failure).retry && leftMs > 0 ? 'retry' : 'give up';
}

/** Whether the failure counts towards opening the breaker. */
export function countsAgainstService(failure: Failure): boolean {
  return classOf(failure).infrastructure;
}

/** An unbroken run of infrastructure failures. */
export interface FailureStreak {
  readonly failures: number;
  /** When the first of them was seen, in epoch milliseconds. */
  readonly sinceMs: number;
}

/** When a run of failures means that the whole service is gone. */
export interface StreakLimits {
  readonly minFailures: number;
  /**
   * How long the run lasts at least, in milliseconds. It tells a lost connection, which fails everything in flight at
   * one moment while other servers still answer, from a lost service.
   */
  readonly minDurationMs: number;
}

/** The run with one more failure. */
export function extendStreak(streak: FailureStreak | undefined, nowMs: number): FailureStreak {
  return streak ? { ...streak, failures: streak.failures + 1 } : { failures: 1, sinceMs: nowMs };
}

/** Whether the run opens the breaker. */
export function decideOpen(streak: FailureStreak, limits: StreakLimits, nowMs: number): boolean {
  return streak.failures >= limits.minFailures && nowMs - streak.sinceMs >= limits.minDurationMs;
}
