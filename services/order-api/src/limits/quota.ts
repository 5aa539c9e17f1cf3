/** Counts requests by caller: in Redis for all processes together, in this process while Redis is unavailable or slow. */
import type { ApiMetrics } from '../metrics.js';
import { type LocalCaller, LocalWindows } from './local-windows.js';
import type { QuotaPolicy, QuotaState } from './policy.js';
import type { RedisWindows, WindowAnswer } from './redis-window.js';
import { toShape } from './sliding-window.js';

/** Counts against one policy. */
export interface Quota {
  readonly policy: QuotaPolicy;
  /** Counts one request of the caller that `key` names. */
  consume(key: string): Promise<QuotaState>;
}

/** Dependencies of quotas. */
export interface QuotaDeps {
  readonly windows: Pick<RedisWindows, 'count'>;
  /** Returns the number of processes that share the callers. */
  readonly processes: () => number;
  readonly metrics: Pick<ApiMetrics, 'countLimited' | 'countWithoutRedis' | 'setDegraded'>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Time for which Redis is not called after it failed, in milliseconds. A request would wait for its timeout otherwise.
 */
const DEGRADED_MS = 1_000;

/**
 * Creates the counter of a policy.
 *
 * While Redis fails, a process allows a caller its share of the quota, and what Redis allowed before counts against the
 * share. What was allowed meanwhile is counted in Redis as soon as it answers again.
 */
export function createQuota({ windows, processes, metrics, now }: QuotaDeps, policy: QuotaPolicy): Quota {
  const shape = toShape(policy);
  const local = new LocalWindows(shape);
  const { quota } = policy;
  let degradedUntilMs = 0;
  let isDegraded = false;
  metrics.setDegraded(policy.name, isDegraded);
  // A metric costs as much as the rest of the count: it is set when it changes.
  const setDegraded = (degraded: boolean) => {
    if (degraded !== isDegraded) metrics.setDegraded(policy.name, degraded);
    isDegraded = degraded;
  };

  const countShared = async (key: string, caller: LocalCaller): Promise<WindowAnswer> => {
    // Requests older than the window no longer count.
    const debt = caller.debt === 0 ? 0 : Math.min(caller.debt, caller.window.count(now()));
    caller.debt = 0;
    try {
      return await windows.count({ key: `quota:${policy.name}:${key}`, quota, ...shape, debt });
    } catch (error) {
      caller.debt += debt;
      throw error;
    }
  };

  const countAlone = (caller: LocalCaller): WindowAnswer => {
    const nowMs = now();
    metrics.countWithoutRedis('limit');
    const share = Math.max(1, Math.floor(quota / processes()));
    const used = caller.window.count(nowMs);
    const allowed = used < share;
    if (allowed) {
      caller.debt += 1;
      caller.window.add(nowMs);
    }
    return { allowed, remaining: Math.max(0, share - used - 1), resetMs: caller.window.resetMs(nowMs) };
  };

  const count = async (key: string, caller: LocalCaller, nowMs: number): Promise<WindowAnswer> => {
    if (nowMs < degradedUntilMs) return countAlone(caller);
    try {
      const answer = await countShared(key, caller);
      setDegraded(false);
      if (answer.allowed) caller.window.add(now());
      else caller.blockedUntilMs = now() + answer.resetMs;
      return answer;
    } catch {
      degradedUntilMs = now() + DEGRADED_MS;
      setDegraded(true);
      return countAlone(caller);
    }
  };

  return {
    policy,
    consume: async (key) => {
      const caller = local.of(key);
      const nowMs = now();
      const blockedMs = caller.blockedUntilMs - nowMs;
      const answer =
        blockedMs > 0
          ? { allowed: false, remaining: 0, resetMs: blockedMs }
          : await count(key, caller, nowMs);
      if (!answer.allowed) metrics.countLimited(policy.name);
      return toState(policy, answer);
    },
  };
}

/** Creates a counter of this process alone, for routes where asking Redis would cost more than answering. */
export function createLocalQuota(
  { metrics, now }: Omit<QuotaDeps, 'windows' | 'processes'>,
  policy: QuotaPolicy,
): Quota {
  const local = new LocalWindows(toShape(policy));
  return {
    policy,
    consume: async (key) => {
      const { window } = local.of(key);
      const used = window.count(now());
      const allowed = used < policy.quota;
      if (allowed) window.add(now());
      else metrics.countLimited(policy.name);
      const remaining = Math.max(0, policy.quota - used - 1);
      return toState(policy, { allowed, remaining, resetMs: window.resetMs(now()) });
    },
  };
}

function toState(policy: QuotaPolicy, { allowed, remaining, resetMs }: WindowAnswer): QuotaState {
  return { policy, allowed, remaining, resetSeconds: Math.max(0, Math.ceil(resetMs / 1_000)) };
}
