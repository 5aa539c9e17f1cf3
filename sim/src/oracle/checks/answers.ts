/** Responses: clients saw what happened. */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import { factsOf } from '../facts.js';
import type { Check, Violation } from '../violations.js';

/** Finds responses that go back: a response before another request was sent precedes the latter's response. */
export const findBackwards: Check = ({ sightings, orders }) => {
  const byOrder = new Map<string, { status: OrderStatus; askedAt: number; answeredAt: number }[]>();
  for (const sighting of sightings)
    byOrder.set(sighting.orderId, [...(byOrder.get(sighting.orderId) ?? []), sighting]);
  for (const { order_id, status } of orders)
    byOrder
      .get(order_id)
      ?.push({ status, askedAt: Number.POSITIVE_INFINITY, answeredAt: Number.POSITIVE_INFINITY });
  return [...byOrder].flatMap(([id, seen]): Violation[] => {
    for (const [index, later] of seen.entries())
      for (const earlier of seen.slice(0, index)) {
        if (earlier.answeredAt > later.askedAt || !isBackwards(earlier.status, later.status)) continue;
        return [{ kind: 'backwards', subject: id, detail: `was ${earlier.status}, then ${later.status}` }];
      }
    return [];
  });
};

function isBackwards(earlier: OrderStatus, later: OrderStatus): boolean {
  return earlier !== later && rank(later) <= rank(earlier);
}

function rank(status: OrderStatus): number {
  if (isFinal(status)) return 2;
  return status === 'PROCESSING' ? 1 : 0;
}

/** Finds clients with a 202 that cannot find their own order. */
export const findWrongBodies: Check = ({ posts, orders, claimedAt }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  return posts.flatMap(({ outcome, body, client, sentAt }): Violation[] => {
    if (outcome.kind !== 'accepted') return [];
    const record = records.get(outcome.orderId);
    if (!record?.items || factsOf(record) === factsOf(body)) return [];
    // Two bodies under one key, both sent before either was claimed: the URL of the other says that it was not placed.
    const isToldLater =
      record.fingerprint !== undefined && !outcome.pollUrl.endsWith(`=${record.fingerprint}`);
    if (isToldLater && (claimedAt.get(outcome.orderId) ?? 0) >= sentAt) return [];
    const detail = `was told 202 for ${factsOf(body)}, and ${outcome.orderId} is ${factsOf(record)}`;
    return [{ kind: 'wrong-body', subject: `client-${client}`, detail }];
  });
};

const NOTHING_ORDERED = /nothing was ordered/i;

/** Finds orders in a queue whose client was informed that nothing was ordered. */
export const findUntrueRefusals: Check = ({ posts, sent }) => {
  const ordered = new Set(sent.map(({ requestId }) => requestId));
  return posts.flatMap(({ outcome, requestId, client }): Violation[] => {
    if (outcome.kind !== 'refused' || !NOTHING_ORDERED.test(outcome.detail)) return [];
    if (!ordered.has(requestId)) return [];
    return [
      { kind: 'untrue-refusal', subject: `client-${client}`, detail: `${requestId}: ${outcome.detail}` },
    ];
  });
};

/** A key is refused for one body because it belongs to another: that of the record, once there is one. */
export const findWrongReuses: Check = ({ posts, orders, claimedAt }) => {
  const placed = new Map(
    orders.flatMap(({ order_id, request_id }) => (request_id === undefined ? [] : [[request_id, order_id]])),
  );
  return posts.flatMap(({ outcome, client, key, body, sentAt, answeredAt }): Violation[] => {
    if (outcome.kind !== 'refused' || !outcome.type.endsWith('idempotency-key-reused')) return [];
    const own = posts.find(
      (post) =>
        post.client === client &&
        post.key === key &&
        factsOf(post.body) === factsOf(body) &&
        (claimedAt.get(placed.get(post.requestId) ?? '') ?? Number.POSITIVE_INFINITY) < sentAt,
    );
    if (own)
      return [
        { kind: 'refused-wrongly', subject: `client-${client}`, detail: `${key} belongs to this body` },
      ];
    const others = posts.filter(
      (post) =>
        post.client === client &&
        post.key === key &&
        post.sentAt < answeredAt &&
        factsOf(post.body) !== factsOf(body),
    );
    return others.length > 0
      ? []
      : [{ kind: 'refused-wrongly', subject: `client-${client}`, detail: `${key} had no other body` }];
  });
};
