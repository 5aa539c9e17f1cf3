/** Retries by the strategy of an SDK client: the same classes of errors, delays and budget of tries. */
import { getRetryAfterHint, isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { RetryErrorInfo, RetryErrorType, RetryStrategyV2, SdkError } from '@smithy/types';
import type { LeanConfig } from './lean-target.js';

/** Runs a try until it succeeds or the strategy allows no further one. Tries count from 1. */
export type RunWithRetries = <R>(run: (attempt: number, maxAttempts: number) => Promise<R>) => Promise<R>;

/** Returns what runs tries by the configuration's strategy. An abort ends the wait between two of them. */
export function createRetries(
  config: Pick<LeanConfig, 'retryStrategy' | 'maxAttempts'>,
  signal: AbortSignal | undefined,
): RunWithRetries {
  return async (run) => {
    const strategy = (await config.retryStrategy()) as RetryStrategyV2;
    const maxAttempts = await config.maxAttempts();
    let token = await strategy.acquireInitialRetryToken('');
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await run(attempt, maxAttempts);
        strategy.recordSuccess(token);
        return result;
      } catch (thrown) {
        const error = toSdkError(thrown);
        try {
          token = await orAborted(
            strategy.refreshRetryTokenForRetry(token, toErrorInfo(thrown as SdkError)),
            signal,
          );
        } catch (refusal) {
          if (signal?.aborted && isAbort(refusal)) throw refusal;
          Object.assign(error, { $metadata: { ...error.$metadata, attempts: attempt } });
          throw error;
        }
        const delayMs = token.getRetryDelay();
        if (delayMs > 0) await orAborted(new Promise((resolve) => setTimeout(resolve, delayMs)), signal);
      }
    }
  };
}

function toErrorInfo(error: SdkError): RetryErrorInfo {
  const retryAfterHint = getRetryAfterHint(error.$response);
  return { error, errorType: toErrorType(error), ...(retryAfterHint && { retryAfterHint }) };
}

function toErrorType(error: SdkError): RetryErrorType {
  if (isThrottlingError(error)) return 'THROTTLING';
  if (isTransientError(error)) return 'TRANSIENT';
  return isServerError(error) ? 'SERVER_ERROR' : 'CLIENT_ERROR';
}

/** Wraps thrown values that are no errors of this realm. */
function toSdkError(error: unknown): SdkError {
  if (error instanceof Error) return error as SdkError;
  if (error instanceof Object) return Object.assign(new Error(), error) as SdkError;
  return new Error(`AWS SDK error wrapper for ${error}`) as SdkError;
}

/** Rejects with an AbortError as soon as the signal aborts. */
async function orAborted<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return work;
  const raced = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(toAbortError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true, signal: raced.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    raced.abort();
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** As the SDK's HTTP handler rejects. */
function toAbortError({ reason }: AbortSignal): Error {
  if (reason instanceof Error && reason.name === 'AbortError') return reason;
  return Object.assign(new Error('Request aborted', { cause: reason }), { name: 'AbortError' });
}
