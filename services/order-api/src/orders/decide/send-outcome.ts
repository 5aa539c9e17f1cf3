/** Classifies failed sends: SQS refused the message, or the outcome is unknown. */

/**
 * `refused`: SQS did not take the message and will not take it. `not-now`: SQS did not take it, a later try may succeed.
 * `unknown`: SQS may have taken it.
 */
export type SendOutcome = 'refused' | 'not-now' | 'unknown';

/** Errors raised before any byte of a request is sent. */
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const NOT_SENT_CALLS: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);
const NOT_SIGNED = 'CredentialsProviderError';

/** Statuses below 500 that do not mean that the request was rejected. */
const REQUEST_TIMEOUT = 408;

interface CallError {
  readonly name?: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Outcome of every entry of a SendMessageBatch call that threw. An error that is not listed means `unknown`. */
export function toCallOutcome(error: unknown): SendOutcome {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { name, code, syscall, $metadata } = error as CallError;
  if (NOT_SENT.has(String(code)) || NOT_SENT_CALLS.has(String(syscall)) || name === NOT_SIGNED)
    return 'not-now';
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== REQUEST_TIMEOUT ? 'not-now' : 'unknown';
}

/** An entry of `Failed` in a response of SendMessageBatch. */
export interface FailedEntry {
  readonly SenderFault?: boolean | undefined;
  readonly Code?: string | undefined;
}

/** Outcome of an entry that the response names in `Failed`, or does not name at all. */
export function toEntryOutcome(failed: FailedEntry | undefined): SendOutcome {
  if (!failed) return 'unknown';
  if (failed.SenderFault) return 'refused';
  return /throttl/i.test(failed.Code ?? '') ? 'not-now' : 'unknown';
}

/** Progress of one send. */
export interface SendProgress {
  /** True once any try ended `unknown`. */
  readonly maybeTaken: boolean;
  /** Tries so far. */
  readonly tries: number;
  /** Time left in the budget after the next pause, in milliseconds. */
  readonly leftMs: number;
}

/** Tries of a send that SQS refuses for now. More would only prolong an outage. */
const TRIES_WHEN_REFUSED = 2;

/** A try with less time than this cannot succeed, in milliseconds. */
const MIN_TRY_MS = 50;

/** Returns true when the same message should be sent again. */
export function shouldSendAgain(outcome: SendOutcome, { maybeTaken, tries, leftMs }: SendProgress): boolean {
  if (outcome === 'refused' || leftMs < MIN_TRY_MS) return false;
  return maybeTaken || tries < TRIES_WHEN_REFUSED;
}

const BASE_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** Pause before try `tries + 1`, in milliseconds: exponential with full jitter. `random` is in [0,1). */
export function toPauseMs(tries: number, random: number): number {
  return random * Math.min(MAX_PAUSE_MS, BASE_PAUSE_MS * 2 ** tries);
}
