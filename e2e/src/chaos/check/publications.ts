/** Checks of what the system reports about orders: events, webhooks, counts, logs. */
import { isFinal } from '@order-pipeline/contracts/orders';
import { groupBy } from './facts.js';
import { type Check, violation } from './violations.js';

/** Every final order has exactly one event of its status. A record without facts was never ordered. */
export const findUnpublished: Check = ({ orders, events }) => {
  const ends = groupBy(
    events.filter(({ type }) => type !== 'order.refunded'),
    ({ subject }) => subject,
  );
  return orders.flatMap(({ order_id, status, user_id }) => {
    if (!isFinal(status) || user_id === undefined) return [];
    const ids = new Set((ends.get(order_id) ?? []).map(({ id }) => id));
    if (ids.size === 1 && ids.has(`${order_id}:${status.toLowerCase()}`)) return [];
    return [
      violation('unpublished', order_id, `is ${status}, its events are ${[...ids].join(', ') || 'none'}`),
    ];
  });
};

/** Finds events that the merchant lacks, and requests with a wrong signature. */
export const findUndelivered: Check = ({ events, webhooks }) => {
  const accepted = new Set(webhooks.accepted);
  const missing = [...new Set(events.map(({ id }) => id))].filter((id) => !accepted.has(id));
  return [
    ...missing.map((id) => violation('undelivered', id, 'never reached the webhook receiver')),
    ...(webhooks.forged > 0
      ? [violation('undelivered', 'receiver', `${webhooks.forged} requests had a wrong signature`)]
      : []),
  ];
};

/**
 * `order ended` counts an order at most once, under its status and reason. A process that was killed between its write and
 * its count leaves the order to `order settled`, which counts by distinct orders.
 */
export const findMiscounted: Check = ({ orders, ended, settled }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const counts = groupBy(ended, ({ order_id }) => order_id);
  const settlements = groupBy(settled, ({ order_id }) => order_id);
  return [...new Set([...records.keys(), ...counts.keys(), ...settlements.keys()])].flatMap((id) => {
    const record = records.get(id);
    const own = counts.get(id) ?? [];
    const all = [...own, ...(settlements.get(id) ?? [])];
    if (own.length > 1) return [violation('miscounted', id, `was counted ${own.length} times`)];
    if (all.length === 0) {
      // Nobody settles an order whose message the queue never took.
      if (!record?.items) return [];
      return [violation('miscounted', id, `is ${record.status}, and was not counted`)];
    }
    const end = endOf(record);
    const wrong = all.find((count) => endOf(count) !== end);
    return wrong ? [violation('miscounted', id, `is ${end}, and was counted as ${endOf(wrong)}`)] : [];
  });
};

/** Faults lose single counts. A status of which none was counted when it ended has a hole. */
export const findUncountedStatuses: Check = ({ orders, ended }) => {
  const counted = new Set(ended.map(({ status }) => status));
  const ends = groupBy(
    orders.filter(({ status, items }) => isFinal(status) && items),
    ({ status }) => status,
  );
  return [...ends].flatMap(([status, all]) =>
    all.length < 2 || counted.has(status)
      ? []
      : [violation('miscounted', status, `none of ${all.length} orders was counted when it ended`)],
  );
};

function endOf(order: { readonly status: string; readonly reason?: string } | undefined): string {
  return order ? [order.status, order.reason ?? []].flat().join(' ') : 'nothing';
}

/** Finds secrets in logs. */
export const findLeaks: Check = ({ leaks }) =>
  leaks.map(({ secret, line }) => violation('leaked', secret, line));
