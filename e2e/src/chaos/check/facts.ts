/** Facts that several checks need. */
import type { History, OrderBody } from '../history.js';

/** Returns what makes two orders the same, as text. */
export function factsOf({ user_id, amount, items = [] }: Partial<OrderBody>): string {
  const lines = items.map(({ sku, quantity }) => `${sku}*${quantity}`).toSorted();
  return [user_id, amount, ...lines].join(' ');
}

/** Groups values by a key. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** Returns the ids of orders that clients saw accepted, or that the queue took. */
export function knownIds({ posts, sent }: Pick<History, 'posts' | 'sent'>): Set<string> {
  const accepted = posts.flatMap(({ outcome }) => (outcome.kind === 'accepted' ? [outcome.order_id] : []));
  return new Set([...accepted, ...sent.map(({ order_id }) => order_id)]);
}

/** Order of a key at the provider: each new authorization of an order has a key of its own. */
export function orderOf(key: string): string {
  return key.replace(/\.\d{1,6}$/, '');
}
