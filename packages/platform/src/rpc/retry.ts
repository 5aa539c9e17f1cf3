/** Repeats tries that failed for a reason that may pass, within the caller's budget. */
import type { Timers } from '../timers.js';
import { failureOf } from './breaker.js';
import { decidePauseMs, decideRetry, type RetryLimits } from './decide/failure.js';

export type { RetryLimits } from './decide/failure.js';

/** Four tries with pauses of up to 50, 100 and 200 ms. */
export const DEFAULT_RETRY_LIMITS: RetryLimits = { maxTries: 4, firstPauseMs: 50, maxPauseMs: 1_000 };

/** Remaining tries and time of one call. */
export interface CallBudget {
  /** Returns milliseconds left of the caller's time. */
  leftMs(): number;
  /** Returns false when no further try can succeed: the caller is gone, or the breaker has opened. */
  mayRetry(): boolean;
  /** Called before every further try. */
  onRetry(): void;
}

/** Dependencies of the pauses between tries. */
export interface RetryDeps {
  readonly timers: Timers;
  /** Returns a number in [0,1). */
  readonly random: () => number;
}

/** Runs `attempt` until it succeeds, fails for good, or the budget is spent; then rejects with the last error. */
export async function runWithRetries<T>(
  attempt: () => Promise<T>,
  budget: CallBudget,
  limits: RetryLimits,
  { timers, random }: RetryDeps,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const leftMs = budget.leftMs();
      const worthIt = tried < limits.maxTries && budget.mayRetry();
      if (!worthIt || decideRetry(failureOf(error), leftMs) === 'give-up') throw error;
      budget.onRetry();
      await timers.sleep(decidePauseMs(tried, limits, leftMs, random()));
    }
  }
}
