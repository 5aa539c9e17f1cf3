/** Orders: each is final, was placed by a client, and stays so. */
import { decodeOrderPlaced, MalformedOrderEventError } from '@order-pipeline/contracts/order-event';
import { isFinal } from '@order-pipeline/contracts/orders';
import { factsOf } from '../facts.js';
import type { Post } from '../history.js';
import type { Check, Violation } from '../violations.js';

/** Finds orders that a queue has taken, or that a client saw accepted, and that are not final. */
export const findUnfinished: Check = ({ posts, orders, sent }) => {
  const statuses = new Map(orders.map(({ order_id, status }) => [order_id, status]));
  const accepted = posts.flatMap(({ outcome }) => (outcome.kind === 'accepted' ? [outcome.orderId] : []));
  const taken = sent.flatMap(({ body }) => orderIdIn(body) ?? []);
  return [...new Set([...accepted, ...taken])].flatMap((id): Violation[] => {
    const status = statuses.get(id);
    if (!status) return [{ kind: 'lost', subject: id, detail: 'has no record' }];
    return isFinal(status) ? [] : [{ kind: 'stuck', subject: id, detail: `is ${status}` }];
  });
};

function orderIdIn(body: string): string | undefined {
  try {
    return decodeOrderPlaced(body).order_id;
  } catch (error) {
    if (error instanceof MalformedOrderEventError) return undefined;
    throw error;
  }
}

/** A record is what one POST asked for. */
export const findForged: Check = ({ posts, orders }) => {
  const byRequest = new Map<string, Post>(posts.map((post) => [post.requestId, post]));
  return orders.flatMap((order): Violation[] => {
    const { request_id, order_id } = order;
    if (!order.items || request_id === undefined) return [];
    const post = byRequest.get(request_id);
    if (post && factsOf(post.body) === factsOf(order)) return [];
    return [{ kind: 'forged', subject: order_id, detail: `${factsOf(order)} was posted by nobody` }];
  });
};

/** Finds orders whose first message or first error was rewritten. */
export const findRewritten: Check = ({ rewritten }) =>
  rewritten.map(
    ({ orderId, attribute }): Violation => ({
      kind: 'rewritten',
      subject: orderId,
      detail: `its ${attribute} was changed`,
    }),
  );
