/** The setting of Redis, the same in every service. */
import type { EnvReader, Invalid } from './env.js';
import type { Secret, SecretParse } from './secret.js';

const REMEDY = 'set a URL such as rediss://cache.example.com:6379';

/** The Redis of a developer's machine. */
const LOCAL_URL = 'redis://localhost:6379';

/** Reads REDIS_URL, which holds the password, or REDIS_URL_FILE. In stage `local` it has a default. */
export function readRedisUrl(env: EnvReader, local: boolean): Secret<string> | Invalid {
  return env.secret('REDIS_URL', {
    parse: parseRedisUrl,
    remedy: REMEDY,
    fallback: local ? LOCAL_URL : undefined,
  });
}

/** Accepts a URL with redis: or rediss:. */
function parseRedisUrl(text: string): SecretParse<string> {
  const url = URL.parse(text);
  if (url && ['redis:', 'rediss:'].includes(url.protocol)) return { value: text };
  return { problems: ['is not a URL with redis: or rediss:'] };
}
