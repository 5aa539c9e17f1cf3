import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis, type Redis } from '@order-pipeline/platform/redis';
import fc from 'fast-check';
import { LocalWindows } from '../src/limits/local-windows.js';
import { Membership } from '../src/limits/membership.js';
import { createLocalQuota, createQuota, type QuotaDeps } from '../src/limits/quota.js';
import { RedisWindows, type WindowCount } from '../src/limits/redis-window.js';
import { SlidingWindow, toShape } from '../src/limits/sliding-window.js';

const POLICY = { name: 'default', quota: 100, windowSeconds: 60 };
const metrics = { countLimited: () => {}, countWithoutRedis: () => {}, setDegraded: () => {} };

describe('a sliding window', () => {
  test('never lets more than the quota through in any window, and frees what is older', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 600 }), (gaps) => {
        const window = new SlidingWindow(toShape(POLICY));
        const allowed: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (window.count(now) >= 20) continue;
          window.add(now);
          allowed.push(now);
        }
        for (const start of allowed)
          expect(allowed.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(20);
        expect(window.count(now + 62_000)).toBe(0);
      }),
    );
  });

  test('a burst at a boundary is not allowed twice', async () => {
    let now = 59_000;
    const quota = createLocalQuota({ metrics, now: () => now }, POLICY);
    const burst = async () => {
      let allowed = 0;
      for (let n = 0; n < 200; n += 1) if ((await quota.consume('u')).allowed) allowed += 1;
      return allowed;
    };
    expect(await burst()).toBe(100);
    now += 2_300;
    expect(await burst()).toBe(0);
    now += 62_000;
    expect(await burst()).toBe(100);
  });

  test('callers are forgotten, the oldest first', () => {
    const windows = new LocalWindows(toShape(POLICY), 2);
    const first = windows.of('a');
    windows.of('b');
    expect(windows.of('a')).toBe(first);
    windows.of('c');
    expect(windows.size).toBe(2);
    expect(windows.of('a')).toBe(first);
  });
});

describe('while Redis fails', () => {
  const failing = { count: () => Promise.reject(new Error('timeout')) };
  const create = (deps: Partial<QuotaDeps>) =>
    createQuota({ windows: failing, processes: () => 2, metrics, now: () => 0, ...deps }, POLICY);
  const allowedOf = async (quotas: ReturnType<typeof create>[], requests: number) => {
    const states = await Promise.all(
      Array.from({ length: requests }, (_, n) => quotas[n % quotas.length]?.consume('u')),
    );
    return states.filter((state) => state?.allowed).length;
  };

  test('two processes share the quota', async () => {
    expect(await allowedOf([create({}), create({})], 300)).toBe(100);
  });

  test('what Redis allowed before counts against the share', async () => {
    // Redis answers the first 70 requests of each process, then times out: 211 of 300 went through once.
    let shared = 0;
    const flaky = () => {
      let calls = 0;
      return {
        count: async () => {
          calls += 1;
          if (calls > 70) throw new Error('timeout');
          shared += 1;
          return { allowed: shared <= 100, remaining: 0, resetMs: 60_000 };
        },
      };
    };
    expect(
      await allowedOf([create({ windows: flaky() }), create({ windows: flaky() })], 300),
    ).toBeLessThanOrEqual(100);
  });

  test('Redis is left alone for a second, the metric reports it, and learns later what was allowed', async () => {
    let now = 0;
    let healthy = false;
    const counted: WindowCount[] = [];
    const degraded: boolean[] = [];
    const windows = {
      count: async (count: WindowCount) => {
        counted.push(count);
        if (!healthy) throw new Error('timeout');
        return { allowed: true, remaining: 50, resetMs: 1 };
      },
    };
    const setDegraded = (_: string, isDegraded: boolean) => degraded.push(isDegraded);
    const quota = create({ windows, now: () => now, metrics: { ...metrics, setDegraded } });
    await quota.consume('u');
    await quota.consume('u');
    expect(counted).toHaveLength(1);
    expect(degraded).toEqual([false, true]);
    now += 1_000;
    healthy = true;
    await quota.consume('u');
    expect(counted.at(-1)?.debt).toBe(2);
    expect(degraded).toEqual([false, true, false]);
    await quota.consume('u');
    expect(counted.at(-1)?.debt).toBe(0);
  });
});

describe('in Redis', () => {
  let server: RedisServer;
  let redis: Redis;

  beforeAll(async () => {
    server = await startRedisServer();
    redis = createRedis(server.url, createLogger('test', 'silent'));
    await new Promise((resolve) => redis.once('ready', resolve));
  });

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  test('the calls of one turn are one script call', async () => {
    const before = await commandCalls(redis);
    const windows = new RedisWindows(redis);
    const count = { quota: 100, windowMs: 60_000, bucketMs: 2_000, debt: 0 };
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) => windows.count({ ...count, key: `k${n % 3}` })),
    );
    expect(answers.every(({ allowed }) => allowed)).toBe(true);
    expect(answers.map(({ remaining }) => remaining).slice(0, 4)).toEqual([99, 99, 99, 98]);
    expect((await commandCalls(redis)) - before).toBeLessThanOrEqual(2);
  });

  test('debt counts, refusals do not, and entries expire', async () => {
    const windows = new RedisWindows(redis);
    const count = { key: 'debtor', quota: 5, windowMs: 60_000, bucketMs: 2_000, debt: 0 };
    expect(await windows.count({ ...count, debt: 3 })).toMatchObject({ allowed: true, remaining: 1 });
    expect(await windows.count(count)).toMatchObject({ allowed: true, remaining: 0 });
    for (let n = 0; n < 3; n += 1)
      expect(await windows.count(count)).toMatchObject({ allowed: false, remaining: 0 });
    const [sum] = Object.values(await redis.hgetall('debtor')).map(Number);
    expect(sum).toBe(5);
    expect(await redis.pttl('debtor')).toBeGreaterThan(50_000);
  });

  test('a window slides', async () => {
    const windows = new RedisWindows(redis);
    const count = { key: 'sliding', quota: 2, windowMs: 300, bucketMs: 10, debt: 0 };
    const first = await windows.count(count);
    await windows.count(count);
    expect(await windows.count(count)).toMatchObject({ allowed: false });
    expect(first.resetMs).toBeGreaterThan(290);
    const started = performance.now();
    while (!(await windows.count(count)).allowed) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(performance.now() - started).toBeGreaterThan(200);
  });

  test('processes find each other by their heartbeats', async () => {
    let now = 1_000_000;
    const [one, other] = [new Membership(redis, 1, () => now), new Membership(redis, 1, () => now)];
    expect(one.count()).toBe(1);
    await one.beat();
    await other.beat();
    await one.beat();
    expect(one.count()).toBe(2);
    now += 15_001;
    await one.beat();
    expect(one.count()).toBe(1);
    expect(new Membership(redis, 4, () => now).count()).toBe(4);
    await one.stop();
  });
});

async function commandCalls(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats');
  return [...stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}
