/** Counts what was done to the system, by kind. */

/** The counts; what never happened counts as zero. */
export class Tally<K extends string> {
  readonly #counts: Map<K, number>;

  /** `expected`: the kinds that are listed even if they never happen. */
  constructor(expected: readonly K[]) {
    this.#counts = new Map(expected.map((kind) => [kind, 0]));
  }

  add(kind: K): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** Everything that happened. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The expected kinds that never happened. */
  missing(): K[] {
    return [...this.#counts].filter(([, count]) => count === 0).map(([kind]) => kind);
  }

  toObject(): Partial<Record<K, number>> {
    return Object.fromEntries(this.#counts) as Partial<Record<K, number>>;
  }
}
