/** Records what a run sees. */
import type { History, LastRead, Post, Sighting } from './history.js';

/** The part of a history that is written during the run. */
export class Recorder {
  readonly posts: Post[] = [];
  readonly sightings: Sighting[] = [];
  readonly lastReads: LastRead[] = [];
  readonly #lowest = new Map<string, number>();

  sawStock(sku: string, available: number): void {
    this.#lowest.set(sku, Math.min(available, this.#lowest.get(sku) ?? available));
  }

  get lowestStock(): History['lowestStock'] {
    return Object.fromEntries(this.#lowest);
  }

  /** Ids of the orders that were accepted, each once. */
  get acceptedIds(): string[] {
    const ids = this.posts.flatMap(({ outcome }) => (outcome.kind === 'accepted' ? [outcome.order_id] : []));
    return [...new Set(ids)];
  }
}
