/** Forms of settings that a service reads and a deployment writes, so that both accept the same text. */

/** A number of events in a window of time, as in `100/minute`. */
export interface Rate {
  /** At least 1. */
  readonly count: number;
  /** Length of the window, in seconds. */
  readonly windowSeconds: number;
}

/** A list of web origins, and the items of it that are none. */
export interface Origins {
  readonly origins: readonly string[];
  readonly invalid: readonly string[];
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

/**
 * Parses a count per second, minute, hour or day. Returns `undefined` for anything else, a count of 0 included.
 *
 * @example parseRate('100/minute') // { count: 100, windowSeconds: 60 }
 */
export function parseRate(text: string): Rate | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,8})\/(second|minute|hour|day)$/.exec(text) ?? [];
  const windowSeconds = UNIT_SECONDS[unit];
  return windowSeconds === undefined ? undefined : { count: Number(count), windowSeconds };
}

/**
 * Parses web origins separated by commas. An origin is a scheme, a host and perhaps a port: a URL with a path, or with a
 * slash at its end, matches no `Origin` header.
 *
 * @example parseOrigins('https://shop.example.com,shop') // { origins: [...], invalid: ['shop'] }
 */
export function parseOrigins(text: string): Origins {
  const origins = text.split(',').filter(Boolean);
  return { origins, invalid: origins.filter((origin) => !isOrigin(origin)) };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && /^https?:$/.test(protocol);
}

/** A URL with a name. */
export interface NamedUrl {
  readonly name: string;
  readonly url: string;
}

/**
 * Parses `name=url` pairs separated by commas.
 *
 * @example parseNamedUrls('order-api=http://order-api:8000/ready') // { urls: [{ name: 'order-api', url: ... }], invalid: [] }
 */
export function parseNamedUrls(text: string): {
  readonly urls: readonly NamedUrl[];
  readonly invalid: readonly string[];
} {
  const entries = text.split(',').filter(Boolean);
  const parsed = entries.map((entry) => ({ entry, named: toNamedUrl(entry) }));
  return {
    urls: parsed.flatMap(({ named }) => named ?? []),
    invalid: parsed.filter(({ named }) => !named).map(({ entry }) => entry),
  };
}

function toNamedUrl(entry: string): NamedUrl | undefined {
  const [, name, url] = /^([a-z0-9-]+)=(https?:\/\/.+)$/.exec(entry.trim()) ?? [];
  return name !== undefined && url !== undefined && URL.canParse(url) ? { name, url } : undefined;
}
