/** Counts requests by caller: atomically in Redis for all processes together, in this process while Redis is away. */
import type { Redis } from '@order-pipeline/platform/redis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiMetrics } from '../metrics.js';
import type { QuotaPolicy, QuotaState } from './policy.js';

/** Counts against one policy. */
export interface Quota {
  readonly policy: QuotaPolicy;
  /** Counts one request of the caller that `key` names. */
  consume(key: string): Promise<QuotaState>;
}

/** Creates the counter of a policy. */
export function createQuota(redis: Redis, policy: QuotaPolicy, metrics: ApiMetrics): Quota {
  const window = { points: policy.quota, duration: policy.windowSeconds };
  const limiter = new RateLimiterRedis({
    ...window,
    storeClient: redis,
    keyPrefix: `limit:${policy.name}`,
    rejectIfRedisNotReady: true,
    // A caller that is over the quota is refused from memory until the window ends.
    inMemoryBlockOnConsumed: policy.quota + 1,
    insuranceLimiter: new CountedMemoryLimiter(window, () => metrics.countWithoutRedis('limit')),
  });
  return {
    policy,
    consume: async (key) => {
      try {
        return toState(policy, true, await limiter.consume(key));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        metrics.countLimited(policy.name);
        return toState(policy, false, refusal);
      }
    },
  };
}

class CountedMemoryLimiter extends RateLimiterMemory {
  constructor(
    window: { points: number; duration: number },
    private readonly countUse: () => void,
  ) {
    super(window);
  }

  override consume(key: string | number, points?: number): Promise<RateLimiterRes> {
    this.countUse();
    return super.consume(key, points);
  }
}

function toState(
  policy: QuotaPolicy,
  allowed: boolean,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
): QuotaState {
  return {
    policy,
    allowed,
    remaining: Math.max(0, remainingPoints),
    resetSeconds: Math.max(0, Math.ceil(msBeforeNext / 1_000)),
  };
}
