/** Remembers tokens that were verified, since verifying the same token again is the largest cost of a request. */
import type { Clock } from '@order-pipeline/platform/clock';

/** Bounded: the token that came first leaves first. */
export class TokenCache<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly untilMs: number }>();

  /** `maxAgeMs` bounds how long a token outlives the withdrawal of its key. */
  constructor(
    private readonly maxEntries: number,
    private readonly maxAgeMs: number,
    private readonly clock: Clock,
  ) {}

  /** What the token was found to mean, unless it has expired since. */
  get(token: string): T | undefined {
    const entry = this.#entries.get(token);
    if (!entry) return undefined;
    if (this.clock() < entry.untilMs) return entry.value;
    this.#entries.delete(token);
    return undefined;
  }

  /** Remembers a verified token until it expires (epoch seconds), or shorter. */
  set(token: string, value: T, expiresAtSeconds: number): void {
    if (this.#entries.size >= this.maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    const untilMs = Math.min(expiresAtSeconds * 1_000, this.clock() + this.maxAgeMs);
    this.#entries.set(token, { value, untilMs });
  }
}
