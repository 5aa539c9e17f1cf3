/** Sliding windows in Redis, shared by all processes. All counts of one event-loop turn travel in one script call. */
import type { Redis } from '@order-pipeline/platform/redis';

/** One request to count. */
export interface WindowCount {
  readonly key: string;
  readonly quota: number;
  readonly windowMs: number;
  readonly bucketMs: number;
  /** Requests that were allowed before without Redis, to be counted now. */
  readonly debt: number;
}

/** The response of the script. */
export interface WindowAnswer {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until the oldest requests stop counting. */
  readonly resetMs: number;
}

/**
 * One argument per key: quota, window, bucket (ms) and debt. The same rules as SlidingWindow, by the clock of Redis.
 * Requests that are refused do not count. Numbers travel as text, several in one: each value of its own costs the client as much
 * as counting costs Redis.
 */
const COUNT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers = {}
for i, key in ipairs(KEYS) do
  local quota, window, bucket, debt = string.match(ARGV[i], '(%S+) (%S+) (%S+) (%S+)')
  quota, window, bucket, debt = tonumber(quota), tonumber(window), tonumber(bucket), tonumber(debt)
  local held = redis.call('HGETALL', key)
  local current, count, oldest = math.floor(now / bucket), 0, nil
  for f = 1, #held, 2 do
    local index = tonumber(held[f])
    if (index + 1) * bucket + window <= now then
      redis.call('HDEL', key, held[f])
    else
      count = count + tonumber(held[f + 1])
      if not oldest or index < oldest then oldest = index end
    end
  end
  local allowed = (count + debt < quota) and 1 or 0
  local added = debt + allowed
  if added > 0 then
    redis.call('HINCRBY', key, string.format('%d', current), added)
    redis.call('PEXPIRE', key, window + bucket)
    count = count + added
    oldest = oldest or current
  end
  local reset = oldest and ((oldest + 1) * bucket + window - now) or 0
  answers[i] = string.format('%d %d %d', allowed, math.max(0, quota - count), reset)
end
local join = table.concat
return join(answers, ' ')`;

interface CountCommand {
  countRequests(keyCount: number, ...keysAndArguments: string[]): Promise<string>;
}

interface Waiting extends WindowCount {
  readonly resolve: (answer: WindowAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Maximum number of keys in one script call. Redis serves no other command while a script runs. */
const MAX_KEYS = 200;

/** Counts requests in Redis. */
export class RedisWindows {
  readonly #redis: Redis & CountCommand;
  #waiting: Waiting[] = [];

  constructor(redis: Redis) {
    redis.defineCommand('countRequests', { lua: COUNT });
    this.#redis = redis as Redis & CountCommand;
  }

  /** Counts one request. Rejects with the error of Redis. */
  count(request: WindowCount): Promise<WindowAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...request, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += MAX_KEYS)
      void this.#send(waiting.slice(start, start + MAX_KEYS));
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const keys = batch.map(({ key }) => key);
      const values = batch.map(
        ({ quota, windowMs, bucketMs, debt }) => `${quota} ${windowMs} ${bucketMs} ${debt}`,
      );
      const answers = (await this.#redis.countRequests(keys.length, ...keys, ...values)).split(' ');
      batch.forEach(({ resolve }, index) => {
        const [allowed, remaining, resetMs] = [3 * index, 3 * index + 1, 3 * index + 2];
        resolve({
          allowed: answers[allowed] === '1',
          remaining: Number(answers[remaining]),
          resetMs: Number(answers[resetMs]),
        });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
