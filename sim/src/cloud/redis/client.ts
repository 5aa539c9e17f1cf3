/** The Redis client of one process: the calls of ioredis that the services make. */
import type { Redis } from '@order-pipeline/platform/redis';
import type { World } from '../../kernel/world.js';
import type { Network } from '../network.js';
import type { SimRedis } from './service.js';

/** Dependencies of a client. */
export interface RedisClientDeps {
  readonly world: World;
  readonly network: Network;
  readonly redis: SimRedis;
}

const LATENCY_MS = [0.2, 2] as const;

/** Creates a client. Commands fail while Redis is down, and after `commandTimeoutMs` without an answer. */
export function createRedisClient({ network, redis }: RedisClientDeps, commandTimeoutMs = 500): Redis {
  const command = <T>(name: string, key: string, run: () => T): Promise<T> => {
    if (redis.down)
      return Promise.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false"));
    return network.call({
      target: 'redis',
      label: `${name} ${key}`,
      key: `${name}/${key}`,
      timeoutMs: commandTimeoutMs,
      latencyMs: LATENCY_MS,
      execute: run,
      toTimeout: () => new Error('Command timed out'),
      toServerError: () => new Error('READONLY You can’t write against a read only replica.'),
    });
  };
  const client = {
    get: (key: string) => command('get', key, () => (redis.get(key) as string | undefined) ?? null),
    set: (key: string, value: string, ...options: (string | number)[]) =>
      command('set', key, () => redis.set(key, value, options)),
    del: (key: string) => command('del', key, () => redis.delete(key)),
    defineCommand: (name: string) => {
      const script = SCRIPTS[name];
      if (!script) throw new Error(`the simulated Redis does not know the script ${name}`);
      Object.assign(client, {
        [name]: (key: string, ...args: (string | number)[]) =>
          command(name, key, () => script(redis, key, args)),
      });
    },
    publish: (channel: string) => command('publish', channel, () => 0),
    multi: () => createTransaction(redis, (key, run) => command('multi', key, run)),
    disconnect: () => undefined,
  };
  return client as unknown as Redis;
}

/** The services' Lua scripts by their names, each in one step as Redis runs it. */
const SCRIPTS: Readonly<
  Record<string, (redis: SimRedis, key: string, args: readonly (string | number)[]) => number>
> = {
  setIfSameBody: (redis, key, [entry, prefix, keptMs]) => {
    const held = redis.get(key);
    if (typeof held === 'string' && !held.startsWith(String(prefix))) return 0;
    redis.set(key, String(entry), ['PX', Number(keptMs)]);
    return 1;
  },
  deleteIfEqual: (redis, key, [entry]) => (redis.get(key) === entry ? redis.delete(key) : 0),
};

type Step = () => unknown;

/** MULTI with the commands of the velocity counter. */
function createTransaction(redis: SimRedis, exec: (key: string, run: () => unknown) => Promise<unknown>) {
  const steps: Step[] = [];
  let subject = '';
  const add = (key: string, step: Step) => {
    subject = key;
    steps.push(step);
    return transaction;
  };
  const transaction = {
    zadd: (key: string, _mode: 'NX', score: number, member: string) =>
      add(key, () => {
        const set = redis.sortedSet(key);
        if (set.has(member)) return 0;
        set.set(member, score);
        return 1;
      }),
    zremrangebyscore: (key: string, _from: string, to: number) =>
      add(key, () => {
        const set = redis.sortedSet(key);
        for (const [member, score] of set) if (score <= to) set.delete(member);
        return 0;
      }),
    zcount: (key: string, from: string, to: number) =>
      add(key, () => {
        const above = Number(from.replace('(', ''));
        return [...redis.sortedSet(key).values()].filter((score) => score > above && score <= to).length;
      }),
    pexpire: (key: string, forMs: number) =>
      add(key, () => {
        redis.expire(key, forMs);
        return 1;
      }),
    exec: () => exec(subject, () => steps.map((step) => [null, step()])),
  };
  return transaction;
}
