/** A Redis client that fails fast: Redis is an aid here, and a caller that waits for it is worse off than without. */
import { Redis } from 'ioredis';
import type { Logger } from './logger.js';
import { followUrl } from './redis-follow.js';
import type { Secret } from './secret.js';

export type { Redis } from 'ioredis';

/**
 * Connects in the background and reconnects forever. Commands fail at once while there is no connection, and after
 * `commandTimeoutMs` when the server does not respond. A secret URL is followed when it changes.
 */
export function createRedis(url: string | Secret<string>, logger: Logger, commandTimeoutMs = 500): Redis {
  const redis = new Redis(typeof url === 'string' ? url : url.current, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2_000),
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; going on without it');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info('Redis is back');
    down = false;
  });
  return typeof url === 'string' ? redis : followUrl(redis, url);
}

/** Rejects when Redis does not respond. */
export async function pingRedis(redis: Redis): Promise<void> {
  await redis.ping();
}
