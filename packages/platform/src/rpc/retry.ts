/** Repeats tries that failed for a reason that may pass, within the caller's budget. */
import { ExponentialBackoff, fullJitterGenerator, handleWhen, type IBackoffFactory, retry } from 'cockatiel';
import { failureOf } from './breaker.js';
import { decideRetry } from './decide.js';

/** How often and how fast tries are repeated. */
export interface RetryLimits {
  /** Tries in all, the first included. */
  readonly maxTries: number;
  /** Upper bound of the first pause, in milliseconds; it doubles with each try. The pause is a random part of it. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/** Four tries with pauses of up to 50, 100 and 200 ms. */
export const DEFAULT_RETRY_LIMITS: RetryLimits = { maxTries: 4, firstPauseMs: 50, maxPauseMs: 1_000 };

/** What one call may still spend. */
export interface CallBudget {
  /** Milliseconds left of the caller's time. */
  leftMs(): number;
  /** False where no further try can succeed: the caller is gone, or the breaker has opened. */
  mayRetry(): boolean;
  /** Told of every further try. */
  onRetry(): void;
}

/** Runs `attempt` until it succeeds, fails for good, or the budget is spent; then rejects with the last error. */
export async function runWithRetries<T>(
  attempt: () => Promise<T>,
  budget: CallBudget,
  limits: RetryLimits,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    // Almost every call ends with its first try: only the others pay for a policy.
    return retryFrom(error, attempt, budget, limits);
  }
}

/** Goes on after a first try that failed with `firstError`. */
function retryFrom<T>(
  firstError: unknown,
  attempt: () => Promise<T>,
  budget: CallBudget,
  limits: RetryLimits,
): Promise<T> {
  const worthIt = (error: unknown) =>
    budget.mayRetry() && decideRetry(failureOf(error), budget.leftMs()) === 'retry';
  const backoff = new ExponentialBackoff({
    generator: fullJitterGenerator,
    initialDelay: limits.firstPauseMs,
    maxDelay: limits.maxPauseMs,
  });
  const policy = retry(handleWhen(worthIt), {
    maxAttempts: limits.maxTries - 1,
    backoff: withinBudget(backoff, budget),
  });
  policy.onRetry(() => budget.onRetry());
  return policy.execute((context) => (context.attempt === 0 ? Promise.reject(firstError) : attempt()));
}

/** Never pauses for more than half of what is left: a pause that eats the budget leaves nothing for the try after it. */
function withinBudget(backoff: IBackoffFactory<unknown>, budget: CallBudget): IBackoffFactory<unknown> {
  return {
    next: (context) => {
      const inner = backoff.next(context);
      return {
        duration: Math.min(inner.duration, budget.leftMs() / 2),
        next: (later) => withinBudget(inner, budget).next(later),
      };
    },
  };
}
