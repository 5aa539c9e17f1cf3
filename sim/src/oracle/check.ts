/** Judges a history. Pure, so that its tests can plant every violation in a good history. */
import { decodeOrderPlaced, MalformedOrderEventError } from '@order-pipeline/contracts/order-event';
import { isFinal, type OrderRecord, type OrderStatus } from '@order-pipeline/contracts/orders';
import { parseGatewayKey } from '@order-pipeline/scoring/payment/decide';
import type { History, Post } from './history.js';

/** What can be wrong. */
export const VIOLATIONS = {
  stuck: 'an order is not final though all faults have ended',
  lost: 'an order was accepted and has no record',
  mischarged:
    'the provider charged a customer whose order is not COMPLETED, or not the customer of one that is',
  'double-charged': 'the provider charged an order more than once',
  ledger: 'our ledger differs from the journal of the provider',
  oversold: 'stock was negative, or is not what was delivered less what was sold',
  dangling: 'money is set aside or pieces are held though every order is final',
  backwards: 'a client saw a status that cannot follow the one before, or two outcomes',
  'wrong-body': 'a client was told 202 for something else than what was ordered',
  'untrue-refusal': 'a client was told that nothing was ordered, and it was',
  'refused-wrongly': 'a key was refused as reused though it belonged to that body, or was used for no other',
  unpublished: 'a final order has no event, or events of other outcomes',
  'dead-lettered': 'an order reached the dead-letter queue in a run in which none may',
  orphaned: 'the message of an undecided order is gone, and nobody has lost it',
  fence: 'an order was decided or failed by somebody whom a fence should have stopped',
  forged: 'an order is not what anybody placed',
  unhandled: 'an error was handled by nobody',
} as const;

/** A kind of violation. */
export type ViolationKind = keyof typeof VIOLATIONS;

/** One violation. */
export interface Violation {
  readonly kind: ViolationKind;
  /** The order, SKU or client. */
  readonly subject: string;
  readonly detail: string;
}

type Check = (history: History) => Violation[];

/** Returns every violation of a history. */
export function check(history: History): Violation[] {
  return CHECKS.flatMap((find) => find(history));
}

const findUnfinished: Check = ({ posts, orders, sent }) => {
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

const findChargedWrongly: Check = ({ orders, journal }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const charges = new Map<string, number[]>();
  for (const { key, kind, amount } of journal) {
    const { orderId } = parseGatewayKey(key);
    if (kind === 'captured') charges.set(orderId, [...(charges.get(orderId) ?? []), amount]);
  }
  return [...new Set([...records.keys(), ...charges.keys()])].flatMap((id): Violation[] => {
    const record = records.get(id);
    const charged = charges.get(id) ?? [];
    if (charged.length > 1)
      return [{ kind: 'double-charged', subject: id, detail: `charged ${charged.length} times` }];
    if (charged[0] === expectedCharge(record)) return [];
    const { status = 'absent', amount, payment_problem: problem = 'fine' } = record ?? {};
    const detail = `is ${status} at ${amount}, its payment ${problem}, and the provider charged ${charged[0] ?? 'nothing'}`;
    return [{ kind: 'mischarged', subject: id, detail }];
  });
};

/** A COMPLETED order is charged, unless an operator has written the charge off. */
function expectedCharge(record: OrderRecord | undefined): number | undefined {
  if (record?.status !== 'COMPLETED' || record.payment_problem === 'WRITTEN_OFF') return undefined;
  return record.amount;
}

const findLedgerWrong: Check = ({ ledger, journal }) => {
  const charged = new Set(
    journal.flatMap(({ key, kind }) => (kind === 'captured' ? [parseGatewayKey(key).orderId] : [])),
  );
  return ledger.flatMap(({ order_id, state, capture_count }): Violation[] => {
    const says = state === 'CAPTURED';
    const right = says === charged.has(order_id) && capture_count === (says ? 1 : 0);
    const detail = `is ${state} with ${capture_count} captures, and the provider has ${charged.has(order_id) ? 'captured' : 'not captured'}`;
    return right ? [] : [{ kind: 'ledger', subject: order_id, detail }];
  });
};

const findStockWrong: Check = ({ orders, stock, initial, delivered }) => {
  const lines = orders.flatMap(({ status, items = [] }) => (status === 'COMPLETED' ? items : []));
  const soldOf = (sku: string) =>
    lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
  return stock.flatMap(({ sku, available, held, lowest, sold: noted }): Violation[] => {
    if (Math.min(lowest, available) < 0)
      return [{ kind: 'oversold', subject: sku, detail: `was at ${lowest}` }];
    const added = delivered
      .filter((delivery) => delivery.sku === sku)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const ordered = soldOf(sku);
    if (noted !== ordered)
      return [
        { kind: 'oversold', subject: sku, detail: `has ${noted} pieces sold, and ${ordered} were ordered` },
      ];
    const expected = (initial[sku] ?? 0) + added - ordered;
    if (available + held === expected) return [];
    return [
      { kind: 'oversold', subject: sku, detail: `has ${available} and ${held} held instead of ${expected}` },
    ];
  });
};

const findDangling: Check = ({ stock, journal }) => {
  const open = new Map<string, boolean>();
  for (const { key, kind } of journal) open.set(key, kind === 'authorized');
  return [
    ...stock.flatMap(({ sku, held }): Violation[] =>
      held === 0 ? [] : [{ kind: 'dangling', subject: sku, detail: `${held} pieces are held` }],
    ),
    ...[...open].flatMap(([key, isOpen]): Violation[] =>
      isOpen ? [{ kind: 'dangling', subject: key, detail: 'its money is set aside at the provider' }] : [],
    ),
  ];
};

/** What was answered before another question was asked comes before its answer. */
const findBackwards: Check = ({ sightings, orders }) => {
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

const findWrongBodies: Check = ({ posts, orders, claimedAt }) => {
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

const findUntrueRefusals: Check = ({ posts, sent }) => {
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
const findWrongReuses: Check = ({ posts, orders, claimedAt }) => {
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

/** A record is what one POST asked for. */
const findForged: Check = ({ posts, orders }) => {
  const byRequest = new Map<string, Post>(posts.map((post) => [post.requestId, post]));
  return orders.flatMap((order): Violation[] => {
    const { request_id, order_id } = order;
    if (!order.items || request_id === undefined) return [];
    const post = byRequest.get(request_id);
    if (post && factsOf(post.body) === factsOf(order)) return [];
    return [{ kind: 'forged', subject: order_id, detail: `${factsOf(order)} was posted by nobody` }];
  });
};

const findUnhandled: Check = ({ unhandled }) =>
  unhandled.map((detail): Violation => ({ kind: 'unhandled', subject: 'process', detail }));

const findUnpublished: Check = ({ orders, published }) =>
  orders.flatMap((order): Violation[] => {
    // A record without facts was cancelled before its message reached the queue: nothing was ordered.
    if (!isFinal(order.status) || order.user_id === undefined) return [];
    const ids = new Set(published.flatMap(({ id, subject }) => (subject === order.order_id ? [id] : [])));
    const expected = `${order.order_id}:${order.status.toLowerCase()}`;
    if (ids.size === 1 && ids.has(expected)) return [];
    const detail = `is ${order.status}, and its events are ${[...ids].join(', ') || 'none'}`;
    return [{ kind: 'unpublished', subject: order.order_id, detail }];
  });

/** Only the latest claim may decide, and nobody takes an order from a worker whose lease lasts. */
const findUnfenced: Check = ({ orders, decisions, brokenLeases }) => {
  const attempts = new Map(orders.map(({ order_id, attempt }) => [order_id, attempt]));
  return [
    ...decisions.flatMap(({ orderId, attempt }): Violation[] => {
      const latest = attempts.get(orderId);
      if (latest === attempt) return [];
      return [{ kind: 'fence', subject: orderId, detail: `decided in attempt ${attempt} of ${latest}` }];
    }),
    ...brokenLeases.map(
      (subject): Violation => ({
        kind: 'fence',
        subject,
        detail: 'was taken from a worker whose lease lasted',
      }),
    ),
  ];
};

const findDeadLettered: Check = ({ deadLetters: { count, max } }) =>
  count <= max
    ? []
    : [{ kind: 'dead-lettered', subject: 'order-dlq', detail: `${count} messages came, and ${max} may` }];

const findOrphans: Check = ({ orphans }) =>
  orphans.map(
    (subject): Violation => ({ kind: 'orphaned', subject, detail: 'had to be freed from its record' }),
  );

const CHECKS: readonly Check[] = [
  findUnfinished,
  findChargedWrongly,
  findLedgerWrong,
  findStockWrong,
  findDangling,
  findBackwards,
  findWrongBodies,
  findUntrueRefusals,
  findWrongReuses,
  findUnpublished,
  findUnfenced,
  findOrphans,
  findDeadLettered,
  findForged,
  findUnhandled,
];

interface Facts {
  readonly user_id?: string;
  readonly amount?: number;
  readonly items?: readonly { readonly sku: string; readonly quantity: number }[];
}

/** What makes two orders the same, as text. */
function factsOf({ user_id, amount, items = [] }: Facts): string {
  const lines = items.map(({ sku, quantity }) => `${sku}*${quantity}`).toSorted();
  return [user_id, amount, ...lines].join(' ');
}
