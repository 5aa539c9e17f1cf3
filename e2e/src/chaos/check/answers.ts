/** Checks of the answers that clients got, against what happened. */
import { isFinal } from '@order-pipeline/contracts/orders';
import type { FinalOrder, OrderBody, Post } from '../history.js';
import { factsOf } from './facts.js';
import { type Check, violation } from './violations.js';

/** Answer of the poll URL of a body that another one under the same key was placed instead of. */
const NOT_PLACED = 'order-not-placed';

/** A 202 is for the body that was placed, or the client's poll URL says that it was another. */
export const findWrongBodies: Check = ({ posts, orders, lastReads }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const answers = new Map(lastReads.map(({ poll_url, answer }) => [poll_url, answer]));
  return posts.flatMap(({ outcome, body, request_id }) => {
    if (outcome.kind !== 'accepted') return [];
    const record = records.get(outcome.order_id);
    if (!record?.items || factsOf(record) === factsOf(body)) return [];
    if (answers.get(outcome.poll_url) === NOT_PLACED) return [];
    const detail = `202 for ${factsOf(body)}, and ${outcome.order_id} is ${factsOf(record)}`;
    return [violation('wrong-body', request_id, detail)];
  });
};

const NOTHING_ORDERED = /nothing was ordered/i;

/** Finds refusals of orders that the queue took. */
export const findUntrueRefusals: Check = ({ posts, sent }) => {
  const ordered = new Map(sent.map(({ request_id, order_id }) => [request_id, order_id]));
  return posts.flatMap(({ outcome, request_id }) => {
    if (outcome.kind !== 'refused') return [];
    const order = ordered.get(request_id);
    if (order === undefined) return [];
    const claim = NOTHING_ORDERED.test(outcome.detail) ? 'that nothing was ordered' : outcome.status;
    return [violation('untrue-refusal', request_id, `was told ${claim}, and the queue took ${order}`)];
  });
};

/** Finds keys that were refused as reused though they were used once. */
export const findWrongReuses: Check = ({ posts }) => {
  const isOther = (one: Post, other: Post) =>
    one.body.user_id === other.body.user_id &&
    one.idempotency_key === other.idempotency_key &&
    contentOf(one) !== contentOf(other);
  return posts.flatMap((post) => {
    const { outcome, idempotency_key, request_id } = post;
    if (outcome.kind !== 'refused' || !outcome.type.endsWith('idempotency-key-reused')) return [];
    if (posts.some((other) => isOther(post, other))) return [];
    return [violation('wrong-reuse', request_id, `${idempotency_key} had no other body`)];
  });
};

function expectedAnswer(record: FinalOrder | undefined, body: OrderBody | undefined): string {
  if (record?.items && body && factsOf(record) !== factsOf(body)) return NOT_PLACED;
  return record && isFinal(record.status) ? record.status : 'PENDING';
}

function contentOf({ body }: Post): string {
  return `${factsOf(body)} ${body.payment_method}`;
}

/** A poll URL shows the order's end; PENDING where the queue never took it; or that another body was placed. */
export const findMisled: Check = ({ orders, lastReads, posts }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const bodies = new Map(
    posts.flatMap(({ outcome, body }) =>
      outcome.kind !== 'refused' && outcome.poll_url ? [[outcome.poll_url, body] as const] : [],
    ),
  );
  return lastReads.flatMap(({ order_id, poll_url, answer }) => {
    const record = records.get(order_id);
    if (answer === expectedAnswer(record, bodies.get(poll_url))) return [];
    // Cancelled before any worker met its message: the record does not say for which body.
    if (answer === NOT_PLACED && record && !record.items) return [];
    return [violation('misled', order_id, `reads ${answer}, and is ${record?.status ?? 'not placed'}`)];
  });
};
