import { expect, test } from '@jest/globals';
import { checkAccepts } from '../src/ready.js';
import { RedisNotInstalledError, startRedisServer } from '../src/redis-server.js';

test('runs until it is stopped, and may be stopped again', async () => {
  const redis = await startRedisServer();
  expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
  await checkAccepts('127.0.0.1', redis.port);
  await redis.stop();
  await redis.stop();
  await expect(checkAccepts('127.0.0.1', redis.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('says that it cannot start on a busy port', async () => {
  const redis = await startRedisServer();
  await expect(startRedisServer(redis.port)).rejects.toThrow(
    `redis-server could not start on port ${redis.port}`,
  );
  await redis.stop();
});

test('says that redis-server is not installed', async () => {
  const failure = startRedisServer(undefined, 'no-such-redis');
  await expect(failure).rejects.toBeInstanceOf(RedisNotInstalledError);
  await expect(failure).rejects.toThrow('no-such-redis is not on the PATH');
});
