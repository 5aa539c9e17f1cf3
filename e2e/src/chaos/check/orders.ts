/** Checks of orders: each has one final status, is what a client placed, and moves forwards only. */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import { findLostOrders } from '@order-pipeline/order-protocol/check/orders';
import { factsOf, groupBy, knownIds } from './facts.js';
import { type Check, type Violation, violation } from './violations.js';

/** Finds orders without a final state. */
export const findLost: Check = ({ posts, sent, orders }) => findLostOrders(knownIds({ posts, sent }), orders);

/** Finds statuses that follow none of those before. */
export const findBackwards: Check = ({ sightings, orders }) => {
  const last = new Map<string, OrderStatus>();
  const found = new Map<string, Violation>();
  for (const { order_id, status } of [...sightings, ...orders]) {
    const before = last.get(order_id) ?? 'PENDING';
    last.set(order_id, status);
    if (status === before || rank(status) > rank(before)) continue;
    if (!found.has(order_id))
      found.set(order_id, violation('backwards', order_id, `was ${before}, then ${status}`));
  }
  return [...found.values()];
};

/** Finds keys with more than one order. */
export const findSplit: Check = ({ posts }) => {
  const keyed = posts.filter(({ idempotency_key }) => idempotency_key !== undefined);
  const byKey = groupBy(keyed, ({ body, idempotency_key }) => `${body.user_id}/${idempotency_key}`);
  return [...byKey].flatMap(([key, same]) => {
    const ids = new Set(
      same.flatMap(({ outcome }) =>
        outcome.kind !== 'refused' && outcome.order_id ? [outcome.order_id] : [],
      ),
    );
    return ids.size > 1 ? [violation('split', key, `got ${[...ids].join(' and ')}`)] : [];
  });
};

/** A record is what its request asked for. One without facts was cancelled before any worker met its message. */
export const findForged: Check = ({ posts, orders }) => {
  const bodies = new Map(posts.map(({ request_id, body }) => [request_id, body]));
  return orders.flatMap((order) => {
    if (!order.items) return [];
    const body = bodies.get(order.request_id ?? '');
    if (!body) return [violation('forged', order.order_id, 'was placed by nobody')];
    if (factsOf(body) === factsOf(order)) return [];
    return [violation('forged', order.order_id, 'differs from what was posted')];
  });
};

/** Returns the position of a status in an order's life; no final status follows another. */
function rank(status: OrderStatus): number {
  if (isFinal(status)) return 2;
  return status === 'PROCESSING' ? 1 : 0;
}
