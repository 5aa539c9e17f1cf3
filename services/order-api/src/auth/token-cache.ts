/** Remembers tokens that were verified, since verifying a token again is the largest cost of a request. */
import { hash } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';

interface Entry<T> {
  readonly value: T;
  readonly untilMs: number;
}

/**
 * A bounded cache: the token that was used longest ago leaves first. Entries are kept under a digest of the token, so
 * that their size does not depend on it, and no token stays in memory.
 */
export class TokenCache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;

  /** `maxAgeMs` bounds how long a token outlives the withdrawal of its key. */
  constructor(maxEntries: number, maxAgeMs: number, clock: Clock) {
    this.#maxEntries = maxEntries;
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  /** Number of tokens. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns what the token was found to mean, unless it has expired since. */
  get(token: string): T | undefined {
    const key = toKey(token);
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (this.#clock() >= entry.untilMs) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }

  /** Remembers a verified token until it expires (epoch seconds), or shorter. */
  set(token: string, value: T, expiresAtSeconds: number): void {
    if (this.#maxEntries === 0) return;
    if (this.#entries.size >= this.#maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    const untilMs = Math.min(expiresAtSeconds * 1_000, this.#clock() + this.#maxAgeMs);
    this.#entries.set(toKey(token), { value, untilMs });
  }
}

function toKey(token: string): string {
  return hash('sha256', token, 'base64url');
}
