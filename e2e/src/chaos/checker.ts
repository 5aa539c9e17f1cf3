/**
 * Says what is wrong with a history. Pure, and separate from everything that makes histories, so that its own tests can
 * show that it finds what it is there for.
 */
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import type { FinalOrder, FinalStock, History, OrderBody } from './history.js';

/** What can be wrong. */
export const VIOLATIONS = {
  lost: 'an order was accepted, or has begun, and has no final state',
  'double-charged': 'an order was captured more than once',
  mischarged: 'an order is COMPLETED without its amount captured, or captured without being COMPLETED',
  oversold: 'stock is negative, or is not what it was less what was sold',
  dangling: 'money is still set aside, or pieces are still held',
  backwards: 'an order was seen in a status that cannot follow the one before',
  split: 'one idempotency key got two orders',
  forged: 'an order is not what anybody placed',
} as const;

/** A kind of violation. */
export type ViolationKind = keyof typeof VIOLATIONS;

/** One violation. */
export interface Violation {
  readonly kind: ViolationKind;
  /** The order, SKU or key. */
  readonly subject: string;
  readonly detail: string;
}

/** Every violation in the history. */
export function check(history: History): Violation[] {
  return CHECKS.flatMap((find) => find(history));
}

const CHECKS: readonly ((history: History) => Violation[])[] = [
  findLost,
  findChargedWrongly,
  findStockWrong,
  findDangling,
  findBackwards,
  findSplit,
  findForged,
];

function findLost({ posts, orders }: History): Violation[] {
  const statuses = new Map(orders.map(({ order_id, status }) => [order_id, status]));
  const begun = orders.map(({ order_id }) => order_id);
  return [...new Set([...acceptedIds(posts), ...begun])].flatMap((id) => {
    const status = statuses.get(id);
    return status && isFinal(status) ? [] : [violation('lost', id, `is ${status ?? 'not in the table'}`)];
  });
}

function findChargedWrongly({ orders, payments, posts }: History): Violation[] {
  const byId = new Map(orders.map((order) => [order.order_id, order]));
  const ledger = new Map(payments.map((payment) => [payment.order_id, payment]));
  const placed = bodiesById(posts);
  const ids = new Set([...byId.keys(), ...ledger.keys()]);
  return [...ids].flatMap((id) => {
    const status = byId.get(id)?.status;
    const { state, amount, capture_count } = ledger.get(id) ?? {
      state: 'absent',
      amount: 0,
      capture_count: 0,
    };
    const charged = state === 'CAPTURED' || capture_count > 0;
    const agreed = placed.get(id)?.amount ?? byId.get(id)?.amount;
    const right =
      status === 'COMPLETED' ? state === 'CAPTURED' && capture_count > 0 && amount === agreed : !charged;
    return [
      ...(capture_count > 1 ? [violation('double-charged', id, `captured ${capture_count} times`)] : []),
      ...(right
        ? []
        : [violation('mischarged', id, `is ${status} at ${agreed}, its payment ${state} at ${amount}`)]),
    ];
  });
}

function findStockWrong({ stock, orders, initialStock, lowestStock }: History): Violation[] {
  const sold = new Map<string, number>();
  for (const { status, items = [] } of orders) {
    if (status !== 'COMPLETED') continue;
    for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const left = new Map(stock.map((item) => [item.sku, item]));
  return Object.entries(initialStock).flatMap(([sku, initial]) => {
    const item = left.get(sku) ?? { sku, available: 0, holds: {} };
    const lowest = Math.min(item.available, lowestStock[sku] ?? item.available);
    if (lowest < 0) return [violation('oversold', sku, `was at ${lowest}`)];
    const expected = initial - (sold.get(sku) ?? 0);
    const actual = item.available + heldOf(item);
    if (actual === expected) return [];
    return [violation('oversold', sku, `has ${actual} pieces left instead of ${expected}`)];
  });
}

function findDangling({ payments, stock }: History): Violation[] {
  return [
    ...payments
      .filter(({ state }) => state === 'AUTHORIZED')
      .map(({ order_id }) => violation('dangling', order_id, 'its money is still set aside')),
    ...stock.flatMap(({ sku, holds }) =>
      Object.entries(holds).map(([id, { quantity }]) =>
        violation('dangling', id, `still holds ${quantity} of ${sku}`),
      ),
    ),
  ];
}

function findBackwards({ sightings, orders }: History): Violation[] {
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
}

function findSplit({ posts }: History): Violation[] {
  const ids = new Map<string, Set<string>>();
  for (const { body, idempotency_key, outcome } of posts) {
    if (idempotency_key === undefined || outcome.kind !== 'accepted') continue;
    const key = `${body.user_id}/${idempotency_key}`;
    ids.set(key, (ids.get(key) ?? new Set()).add(outcome.order_id));
  }
  return [...ids]
    .filter(([, orders]) => orders.size > 1)
    .map(([key, orders]) => violation('split', key, `got ${[...orders].join(' and ')}`));
}

/** An accepted order carries what was posted; any other order belongs to one POST whose outcome is unknown. */
function findForged({ posts, orders }: History): Violation[] {
  const placed = bodiesById(posts);
  const open = posts.filter(({ outcome }) => outcome.kind === 'unknown').map(({ body }) => factsOf(body));
  return orders.flatMap((order) => {
    const body = placed.get(order.order_id);
    if (body)
      return factsOf(body) === factsOf(order)
        ? []
        : [violation('forged', order.order_id, 'differs from what was posted')];
    const match = open.indexOf(factsOf(order));
    if (match === -1) return [violation('forged', order.order_id, 'was placed by nobody')];
    open.splice(match, 1);
    return [];
  });
}

function violation(kind: ViolationKind, subject: string, detail: string): Violation {
  return { kind, subject, detail };
}

function acceptedIds(posts: History['posts']): string[] {
  return posts.flatMap(({ outcome }) => (outcome.kind === 'accepted' ? [outcome.order_id] : []));
}

function bodiesById(posts: History['posts']): Map<string, OrderBody> {
  return new Map(
    posts.flatMap(({ outcome, body }) => (outcome.kind === 'accepted' ? [[outcome.order_id, body]] : [])),
  );
}

function heldOf({ holds }: FinalStock): number {
  return Object.values(holds).reduce((sum, { quantity }) => sum + quantity, 0);
}

/** How far along a status is; no final status follows another. */
function rank(status: OrderStatus): number {
  if (isFinal(status)) return 2;
  return status === 'PROCESSING' ? 1 : 0;
}

/** What makes two orders the same, as text. */
function factsOf({ user_id, amount, items = [] }: OrderBody | FinalOrder): string {
  const lines = items.map(({ sku, quantity }) => `${sku}*${quantity}`).toSorted();
  return [user_id, amount, ...lines].join(' ');
}
