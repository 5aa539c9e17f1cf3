/** Deadline, retries, breaker and metrics around a transport that makes one try a call. */
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import type { ProbingBreaker } from './breaker.js';
import { PREVIOUS_TRIES_HEADER } from './context.js';
import { type RetryDeps, type RetryLimits, runWithRetries } from './retry.js';
import type { ObserveCall } from './rpc-metrics.js';
import { methodName } from './service.js';

/** Options of retries and the circuit breaker. */
export interface ResilienceOptions extends RetryDeps {
  /** Deadline of one try, in milliseconds. */
  readonly timeoutMs: number;
  readonly retries: RetryLimits;
  readonly breaker: ProbingBreaker;
  readonly observe: ObserveCall;
  /** Called for every further try of a method. */
  readonly onRetry: (method: string) => void;
}

/**
 * A Connect transport whose calls always end: `timeoutMs` of a call is the budget of all its tries, and each try has
 * the default deadline or what is left of the budget. A stream is one try, since its messages cannot be undone.
 */
export function createResilientTransport(next: Transport, options: ResilienceOptions): Transport {
  const { breaker, observe, retries, timers } = options;
  return {
    async unary(method, signal, budgetMs, header, input) {
      const startedAt = performance.now();
      const endsAt = timers.now() + (budgetMs ?? Number.POSITIVE_INFINITY);
      const leftMs = () => endsAt - timers.now();
      let previousTries = 0;
      const attempt = async () => {
        // Before the breaker: an expired budget is no failure of the service.
        const timeoutMs = tryMs(options, leftMs());
        const tryHeader = withPreviousTries(header, previousTries++);
        return breaker.run(() => next.unary(method, signal, timeoutMs, tryHeader, input), signal);
      };
      const budget = {
        leftMs,
        mayRetry: () => !signal?.aborted && !breaker.isOpen,
        onRetry: () => options.onRetry(methodName(method)),
      };
      try {
        const response = await unlessAborted(runWithRetries(attempt, budget, retries, options), signal);
        observe(method, undefined, startedAt);
        return response;
      } catch (error) {
        observe(method, ConnectError.from(error).code, startedAt);
        throw error;
      }
    },
    async stream(method, signal, budgetMs, header, input) {
      const startedAt = performance.now();
      try {
        const timeoutMs = tryMs(options, budgetMs ?? options.timeoutMs);
        const open = () => next.stream(method, signal, timeoutMs, header, input);
        const response = await breaker.run(open, signal);
        return {
          ...response,
          message: observed(response.message, (code) => observe(method, code, startedAt)),
        };
      } catch (error) {
        observe(method, ConnectError.from(error).code, startedAt);
        throw error;
      }
    },
  };
}

type CallHeader = Parameters<Transport['unary']>[3];

/** Announces to the service that a call was tried before: the earlier try may have taken effect. */
function withPreviousTries(header: CallHeader, previousTries: number): CallHeader {
  if (previousTries === 0) return header;
  const headers = new Headers(header);
  headers.set(PREVIOUS_TRIES_HEADER, String(previousTries));
  return headers;
}

/** The deadline of the next try, in milliseconds. Throws DEADLINE_EXCEEDED if nothing is left. */
function tryMs({ timeoutMs }: ResilienceOptions, leftMs: number): number {
  if (leftMs <= 0) throw new ConnectError('the budget of this call is exhausted', Code.DeadlineExceeded);
  return Math.min(timeoutMs, leftMs);
}

/** Rejects as soon as the caller aborts, also during a pause between tries. */
async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return result;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(ConnectError.from(signal.reason, Code.Canceled));
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([result, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    result.catch(() => undefined);
  }
}

/** Passes the messages on; `ended` is called once with the code that the stream ended with. */
async function* observed<T>(messages: AsyncIterable<T>, ended: (code: Code | undefined) => void) {
  let code: Code | undefined;
  try {
    yield* messages;
  } catch (error) {
    code = ConnectError.from(error).code;
    throw error;
  } finally {
    ended(code);
  }
}
