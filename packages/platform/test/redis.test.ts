import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import { createLogger } from '../src/logger.js';
import { createRedis, pingRedis, type Redis } from '../src/redis.js';

let server: RedisServer;
let redis: Redis | undefined;

afterEach(async () => {
  redis?.disconnect();
  server.process.kill('SIGCONT');
  await server.stop();
});

/** A client and what it logged. */
function connectTo(url: string, commandTimeoutMs?: number) {
  const messages: unknown[] = [];
  const logger = createLogger('test', 'info', { write: (line) => void messages.push(JSON.parse(line).msg) });
  redis = createRedis(url, logger, commandTimeoutMs);
  return { redis, messages };
}

test('fails without waiting while Redis is down, logs it once an outage, and reconnects', async () => {
  server = await startRedisServer();
  const { port } = server;
  const { redis, messages } = connectTo(server.url);
  await once(redis, 'ready');
  await pingRedis(redis);
  for (const _ of [1, 2]) {
    const closed = once(redis, 'close');
    const refused = eventsOf(redis, 'error', 2);
    await server.stop();
    await closed;
    for (const command of [redis.incr('counter'), pingRedis(redis)]) {
      await expect(command).rejects.toThrow("Stream isn't writeable");
    }
    await refused;
    const ready = once(redis, 'ready');
    server = await startRedisServer(port);
    await ready;
    await pingRedis(redis);
  }
  const outage = ['Redis cannot be reached; going on without it', 'Redis is back'];
  expect(messages).toEqual([...outage, ...outage]);
});

test('starts without Redis, and finds it when it comes', async () => {
  server = await startRedisServer();
  const { port, url } = server;
  await server.stop();
  const { redis, messages } = connectTo(url);
  await expect(pingRedis(redis)).rejects.toThrow();
  await eventsOf(redis, 'error', 1);
  const ready = once(redis, 'ready');
  server = await startRedisServer(port);
  await ready;
  await pingRedis(redis);
  expect(messages).toEqual(['Redis cannot be reached; going on without it', 'Redis is back']);
});

test('times out a command when Redis stalls', async () => {
  server = await startRedisServer();
  const { redis } = connectTo(server.url, 50);
  await once(redis, 'ready');
  server.process.kill('SIGSTOP');
  await expect(pingRedis(redis)).rejects.toThrow('Command timed out');
});

async function eventsOf(redis: Redis, event: string, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let seen = 0;
    redis.on(event, () => {
      seen += 1;
      if (seen === count) resolve();
    });
  });
}
