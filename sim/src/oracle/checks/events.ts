/** Events: each outcome is published, and no other. */
import { isFinal } from '@order-pipeline/contracts/orders';
import type { Check, Violation } from '../violations.js';

/** Finds final orders without exactly one event id for their outcome. Refunds have events of their own. */
export const findUnpublished: Check = ({ orders, published }) => {
  const byOrder = new Map<string, Set<string>>();
  for (const { id, subject, type } of published) {
    if (type === 'order.refunded') continue;
    byOrder.set(subject, (byOrder.get(subject) ?? new Set()).add(id));
  }
  return orders.flatMap((order): Violation[] => {
    // A record without facts was cancelled before its message reached the queue: nothing was ordered.
    if (order.user_id === undefined) return [];
    const ids = byOrder.get(order.order_id) ?? new Set();
    const expected = `${order.order_id}:${order.status.toLowerCase()}`;
    const isRight = isFinal(order.status) ? ids.size === 1 && ids.has(expected) : ids.size === 0;
    if (isRight) return [];
    const detail = `is ${order.status}, and its events are ${[...ids].join(', ') || 'none'}`;
    return [{ kind: 'unpublished', subject: order.order_id, detail }];
  });
};

/** Nothing is published about an order that does not exist. */
export const findStrayEvents: Check = ({ orders, published }) => {
  const known = new Set(orders.map(({ order_id }) => order_id));
  return published.flatMap(({ id, subject }): Violation[] =>
    known.has(subject) ? [] : [{ kind: 'unpublished', subject, detail: `${id} is about no order` }],
  );
};
