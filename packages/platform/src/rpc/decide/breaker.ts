/**
 * The state machine of a circuit breaker that probes. `closed` makes every call; `open` refuses all of them, and probes.
 *
 *     closed ──failures in a row, over some time──▶ open
 *     closed ──two health checks in a row fail, some time apart──▶ open
 *     open ──a probe succeeds──▶ closed
 *
 * Callers ask for a health check after a failed call. One that fails alone opens nothing: one of several servers may be sick.
 *
 * A breaker that opens again soon after a probe has closed it waits longer for its next probe, twice as long each time:
 * the service claims to serve, and does not.
 */

/** Limits of the circuit breaker: failures that open it, and its probes. Times in milliseconds. */
export interface BreakerLimits {
  readonly minFailures: number;
  /**
   * Minimum duration of the run, and from the first to the last of the failed health checks. It distinguishes a lost connection, which fails every call in flight at one moment
   * while other servers still respond, from a lost service.
   */
  readonly minDurationMs: number;
  /** From one probe to the next. */
  readonly probeIntervalMs: number;
  /** Upper bound of the interval of a breaker that opens again and again. */
  readonly maxProbeIntervalMs: number;
  /** Time that a breaker stays closed before it counts as recovered, in milliseconds. */
  readonly stableMs: number;
}

/** An unbroken run of infrastructure failures. */
export interface FailureStreak {
  readonly failures: number;
  readonly sinceMs: number;
}

/** State of a breaker. */
export type BreakerState =
  | {
      readonly kind: 'closed';
      readonly streak?: FailureStreak | undefined;
      /** Time of the first failed health check since a check or a call succeeded. */
      readonly checkFailedAtMs?: number | undefined;
      /** Set by the probe that closed it: when, and the interval of the probes until then. */
      readonly closed?: { readonly atMs: number; readonly probeIntervalMs: number } | undefined;
    }
  | { readonly kind: 'open'; readonly probeIntervalMs: number };

/** The result of a call, of a probe of an open breaker, or of a health check that a caller asked for. */
export type BreakerEvent =
  | 'call-succeeded'
  | 'call-failed'
  | 'probe-succeeded'
  | 'probe-failed'
  | 'check-passed'
  | 'check-failed';

/** Initial state of every breaker. */
export const CLOSED: BreakerState = { kind: 'closed' };

/** Returns the state after an event. Calls that were made before it opened no longer matter while it is open. */
export function nextBreakerState(
  state: BreakerState,
  event: BreakerEvent,
  limits: BreakerLimits,
  nowMs: number,
): BreakerState {
  if (state.kind === 'open') {
    if (event !== 'probe-succeeded') return state;
    return { kind: 'closed', closed: { atMs: nowMs, probeIntervalMs: state.probeIntervalMs } };
  }
  if (!opens(state, event, limits, nowMs)) return afterClosed(state, event, nowMs);
  return { kind: 'open', probeIntervalMs: decideProbeIntervalMs(state, limits, nowMs) };
}

type ClosedState = Extract<BreakerState, { kind: 'closed' }>;

function afterClosed(state: ClosedState, event: BreakerEvent, nowMs: number): ClosedState {
  const { streak, checkFailedAtMs } = state;
  if (event === 'call-failed') return { ...state, streak: extendStreak(streak, nowMs) };
  if (event === 'check-failed') return { ...state, checkFailedAtMs: checkFailedAtMs ?? nowMs };
  if (event === 'call-succeeded' && (streak || checkFailedAtMs !== undefined))
    return { ...state, streak: undefined, checkFailedAtMs: undefined };
  if (event === 'check-passed' && checkFailedAtMs !== undefined)
    return { ...state, checkFailedAtMs: undefined };
  return state;
}

function extendStreak(streak: FailureStreak | undefined, nowMs: number): FailureStreak {
  return streak ? { ...streak, failures: streak.failures + 1 } : { failures: 1, sinceMs: nowMs };
}

function opens(state: ClosedState, event: BreakerEvent, limits: BreakerLimits, nowMs: number): boolean {
  const lasts = (sinceMs: number) => nowMs - sinceMs >= limits.minDurationMs;
  if (event === 'check-failed') return state.checkFailedAtMs !== undefined && lasts(state.checkFailedAtMs);
  if (event !== 'call-failed') return false;
  const streak = extendStreak(state.streak, nowMs);
  return streak.failures >= limits.minFailures && lasts(streak.sinceMs);
}

function decideProbeIntervalMs({ closed }: ClosedState, limits: BreakerLimits, nowMs: number): number {
  if (!closed || nowMs - closed.atMs >= limits.stableMs) return limits.probeIntervalMs;
  return Math.min(limits.maxProbeIntervalMs, closed.probeIntervalMs * 2);
}
