/** Retry of messages after failed work. */

/** Consequence of a failure for its message. */
export type RetryClass =
  /** A dependency failed: the same work may pass later. */
  | 'later'
  /** The message itself is bad: no retry will help. */
  | 'poison'
  /** The program or its configuration is wrong: retry, and log an error. */
  | 'bug';

/** Names of errors whose class is known. gRPC codes are named as in the gRPC specification, in lower case. */
const RETRY_CLASSES: Readonly<Record<string, RetryClass>> = {
  MalformedOrderEventError: 'poison',
  invalid_argument: 'poison',
  canceled: 'later',
  deadline_exceeded: 'later',
  resource_exhausted: 'later',
  // The order moved on while the call was under way: the next attempt sees how.
  failed_precondition: 'later',
  aborted: 'later',
  unavailable: 'later',
  internal: 'later',
  unknown: 'later',
  AbortError: 'later',
  TimeoutError: 'later',
  StoreUnavailableError: 'later',
  ProvisionedThroughputExceededException: 'later',
  ThrottlingException: 'later',
  RequestLimitExceeded: 'later',
  InternalServerError: 'later',
  ServiceUnavailable: 'later',
  ECONNREFUSED: 'later',
  ECONNRESET: 'later',
  EPIPE: 'later',
  ETIMEDOUT: 'later',
};

/** The class of an error by its name or code; what the table does not know is a bug. */
export function toRetryClass(errorName: string): RetryClass {
  return RETRY_CLASSES[errorName] ?? 'bug';
}

const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 60_000;

/**
 * Returns the time for which a message is hidden after its `receiveCount`-th receive failed, in milliseconds:
 * exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), and never shorter than the
 * claim's remaining lease. `random` in [0,1).
 */
export function backoffMs(receiveCount: number, leaseLeftMs: number, random: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (receiveCount - 1));
  return Math.max(0, leaseLeftMs) + Math.round(ceiling * random);
}
