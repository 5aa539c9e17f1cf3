/** Caches verified tokens, since verifying a token again is the largest cost of a request. */
import { hash } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';
import { LruMap } from '@order-pipeline/platform/lru-map';

/** Digest of a token. */
export type TokenKey = string & { readonly tokenKey: unique symbol };

interface Entry<T> {
  readonly value: T;
  readonly untilMs: number;
}

/**
 * A bounded cache: the least recently used token is evicted first. Entries are kept under a digest of the token, so
 * that their size does not depend on it, and no token stays in memory.
 */
export class TokenCache<T> {
  readonly #entries: LruMap<string, Entry<T>>;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;

  /** `maxAgeMs` bounds the time for which a token stays valid after its key is withdrawn. */
  constructor(maxEntries: number, maxAgeMs: number, clock: Clock) {
    this.#entries = new LruMap(maxEntries);
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  /** Number of tokens. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the result of the verified token of this key, unless it has expired since. */
  get(key: TokenKey): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (this.#clock() < entry.untilMs) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Removes all tokens. */
  clear(): void {
    this.#entries.clear();
  }

  /** Adds a verified token until it expires (epoch seconds), or for a shorter time. */
  set(key: TokenKey, value: T, expiresAtSeconds: number): void {
    const untilMs = Math.min(expiresAtSeconds * 1_000, this.#clock() + this.#maxAgeMs);
    this.#entries.set(key, { value, untilMs });
  }
}

/** Returns the key of a token. */
export function toTokenKey(token: string): TokenKey {
  return hash('sha256', token, 'base64url') as TokenKey;
}
