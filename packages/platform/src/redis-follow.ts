/** Redis connections that follow a URL when it changes. */
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Secret } from './secret.js';

/** Options that a URL sets. */
const ADDRESS = ['host', 'port', 'username', 'password', 'db', 'tls'] as const;

/** Longest time that commands wait for the new connection before they fail at once again, in milliseconds. */
const MOVE_MS = 2_000;

/** Longest time that a move waits for commands in flight, in milliseconds. */
const DRAIN_MS = 500;

const followed = new WeakMap<Redis, Secret<string>>();

/** Reconnects with each new value of the secret until the connection is closed for good. */
export function followUrl(redis: Redis, url: Secret<string>): Redis {
  followed.set(redis, url);
  const stop = url.onChange((value) => void move(redis, value));
  redis.on('end', stop);
  return redis;
}

/** Opens a second connection to the same Redis, which follows the same URL. */
export function duplicateRedis(redis: Redis): Redis {
  const duplicate = redis.duplicate();
  const url = followed.get(redis);
  return url ? followUrl(duplicate, url) : duplicate;
}

/** Commands in flight finish first; later ones wait for the new connection. */
async function move(redis: Redis, url: string): Promise<void> {
  const { options } = new Redis(url, { lazyConnect: true });
  for (const name of ADDRESS) Object.assign(redis.options, { [name]: options[name] });
  await drained(redis);
  if (redis.status === 'end') return;
  const { enableOfflineQueue, retryStrategy, maxRetriesPerRequest } = redis.options;
  // Without a limit of retries a close does not fail the commands that wait.
  Object.assign(redis.options, {
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    retryStrategy: () => 1,
  });
  const restore = () => {
    clearTimeout(timer);
    redis.off('ready', restore);
    Object.assign(redis.options, { enableOfflineQueue, retryStrategy, maxRetriesPerRequest });
  };
  const timer = setTimeout(restore, MOVE_MS);
  timer.unref();
  redis.on('ready', restore);
  redis.disconnect(true);
}

async function drained(redis: Redis): Promise<void> {
  const { commandQueue } = redis as unknown as { readonly commandQueue: { readonly length: number } };
  const deadline = performance.now() + DRAIN_MS;
  while (commandQueue.length > 0 && performance.now() < deadline) await turn();
}
