import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import { createLogger } from '../src/logger.js';
import { createRedis, type Redis } from '../src/redis.js';
import { duplicateRedis } from '../src/redis-follow.js';
import { Secret } from '../src/secret.js';

let first: RedisServer;
let second: RedisServer;
const opened: Redis[] = [];

beforeAll(async () => {
  [first, second] = await Promise.all([startRedisServer(), startRedisServer()]);
});
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});
afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
});

/** Waits until the condition holds. Throws after five seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited for five seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function open(url: Secret<string>): Promise<Redis> {
  const redis = createRedis(url, createLogger('test', 'silent'));
  opened.push(redis);
  await new Promise((resolve) => redis.once('ready', resolve));
  return redis;
}

test('commands go to the new address, and none of them fails', async () => {
  const url = new Secret('REDIS_URL', first.url);
  const redis = await open(url);
  await redis.set('where', 'first');
  const other = await open(new Secret('REDIS_URL', second.url));
  await other.set('where', 'second');

  let stop = false;
  const seen: (string | null)[] = [];
  const load = (async () => {
    while (!stop) seen.push(...(await Promise.all([redis.get('where'), redis.get('where')])));
  })();
  await until(() => seen.length >= 20);
  url.replace(second.url);
  await Promise.race([load, until(() => seen.at(-1) === 'second')]);
  stop = true;
  await load;
  expect(new Set(seen)).toEqual(new Set(['first', 'second']));
  expect(redis.options).toMatchObject({ enableOfflineQueue: false });
});

test('a subscriber receives messages from the new address', async () => {
  const url = new Secret('REDIS_URL', first.url);
  const subscriber = duplicateRedis(await open(url));
  opened.push(subscriber);
  const heard: string[] = [];
  subscriber.on('message', (_, message) => heard.push(message));
  await new Promise((resolve) => subscriber.once('ready', resolve));
  await subscriber.subscribe('news');
  url.replace(second.url);
  const publisher = await open(new Secret('REDIS_URL', second.url));
  const hello = setInterval(() => void publisher.publish('news', 'hello'), 10);
  await until(() => heard.length > 0).finally(() => clearInterval(hello));
  expect(heard[0]).toBe('hello');
});

test('a connection that was closed stays closed', async () => {
  const url = new Secret('REDIS_URL', first.url);
  const redis = await open(url);
  const ended = new Promise((resolve) => redis.once('end', resolve));
  redis.disconnect();
  await ended;
  url.replace(second.url);
  await new Promise((resolve) => setImmediate(resolve));
  expect(redis.status).toBe('end');
});
