/** Redis: data with times to live, which a failover loses. */

/** A value with the time at which it expires. */
interface Entry {
  readonly value: unknown;
  readonly until: number;
}

/** The data of one Redis. */
export class SimRedis {
  readonly #data = new Map<string, Entry>();
  /** True while no call gets a response. */
  down = false;

  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Loses everything, as a failover to an empty replica does. */
  flush(): void {
    this.#data.clear();
  }

  /** The value of a key; undefined when it is absent or has expired. */
  get(key: string): unknown {
    const entry = this.#data.get(key);
    return entry && entry.until > this.#now() ? entry.value : undefined;
  }

  /** SET with the options that the services use. Returns Redis's answer. */
  set(key: string, value: string, options: readonly (string | number)[]): string | null {
    const words = options.map((option) => String(option).toUpperCase());
    const standing = this.get(key) as string | undefined;
    const answer = words.includes('GET') ? (standing ?? null) : 'OK';
    const refused =
      (words.includes('NX') && standing !== undefined) || (words.includes('XX') && standing === undefined);
    if (refused) return words.includes('GET') ? answer : null;
    const ttl = words.includes('PX')
      ? Number(options[words.indexOf('PX') + 1])
      : words.includes('EX')
        ? Number(options[words.indexOf('EX') + 1]) * 1_000
        : Number.POSITIVE_INFINITY;
    this.#data.set(key, { value, until: this.#now() + ttl });
    return answer;
  }

  /** DEL. */
  delete(key: string): number {
    const there = this.get(key) !== undefined;
    this.#data.delete(key);
    return there ? 1 : 0;
  }

  /** The sorted set of a key, to be changed in place. */
  sortedSet(key: string): Map<string, number> {
    const standing = this.get(key);
    if (standing instanceof Map) return standing as Map<string, number>;
    const set = new Map<string, number>();
    this.#data.set(key, { value: set, until: Number.POSITIVE_INFINITY });
    return set;
  }

  /** PEXPIRE. */
  expire(key: string, forMs: number): void {
    const value = this.get(key);
    if (value !== undefined) this.#data.set(key, { value, until: this.#now() + forMs });
  }
}
