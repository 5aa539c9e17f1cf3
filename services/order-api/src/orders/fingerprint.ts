/** Digests of orders: equal for two requests exactly when they order the same. */
import { createHash } from 'node:crypto';
import type { OrderFacts, OrderRecord } from '@order-pipeline/contracts/orders';

/** Content of an order, defaults filled in. */
export type OrderContent = Pick<OrderFacts, 'order_id' | 'user_id' | 'amount' | 'currency' | 'items'> & {
  readonly payment_method: string;
};

/** Characters of base64url: 132 bits of a SHA-256. */
const LENGTH = 22;

/** Returns the fingerprint. Fields are listed one by one, so that their order in the request does not matter. */
export function toFingerprint(order: OrderContent): string {
  const { order_id, user_id, amount, currency, items, payment_method } = order;
  const lines = items.map(({ sku, quantity }) => [sku, quantity]);
  const content = JSON.stringify([order_id, user_id, amount, currency, lines, payment_method]);
  return createHash('sha256').update(content).digest('base64url').slice(0, LENGTH);
}

/**
 * Returns the fingerprint of the request that a record belongs to. Records written before fingerprints were stored hold
 * the content itself; one that was cancelled before its claim may hold neither.
 */
export function fingerprintOf(record: OrderRecord): string | undefined {
  if (record.fingerprint !== undefined) return record.fingerprint;
  const { order_id, user_id, amount, currency, items, payment_method } = record;
  if (!user_id || !amount || !currency || !items || !payment_method) return undefined;
  return toFingerprint({ order_id, user_id, amount, currency, items, payment_method });
}
