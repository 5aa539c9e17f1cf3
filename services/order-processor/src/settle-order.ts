/** Step 4 of the order protocol: make the decision true. Every call is idempotent and repeated until it succeeds. */
import { type CallOptions, Code, ConnectError } from '@connectrpc/connect';
import type { FinalStatus } from '@order-pipeline/contracts/orders';
import { SETTLEMENTS, type Settlement } from './decide/claim.js';
import type { ClaimedOrder } from './order-store.js';
import type { Scoring } from './scoring.js';
import { toLines } from './try-order.js';

/** What a settlement has to know of an order. */
export type SettledOrder = Pick<ClaimedOrder, 'order_id' | 'items'>;

type SettleCall = (scoring: Scoring, order: SettledOrder, call: CallOptions) => Promise<unknown>;

const PAYMENT_CALLS: Readonly<Record<Settlement, SettleCall>> = {
  charge: ({ payment }, order, call) => payment.client.capture({ orderId: order.order_id }, call),
  undo: ({ payment }, order, call) => payment.client.void({ orderId: order.order_id }, call),
};

const STOCK_CALLS: Readonly<Record<Settlement, SettleCall>> = {
  charge: ({ inventory }, order, call) =>
    inventory.client.confirm({ orderId: order.order_id, lines: toLines(order.items) }, call),
  undo: ({ inventory }, order, call) =>
    inventory.client.release({ orderId: order.order_id, lines: toLines(order.items) }, call),
};

/**
 * Charges and sells a completed order; gives everything back otherwise. Throws when either side failed: of two errors
 * the one that may pass later, so that INVALID_ARGUMENT means that nothing else is left to do.
 */
export async function settleOrder(
  scoring: Scoring,
  order: SettledOrder,
  status: FinalStatus,
  call: CallOptions,
): Promise<void> {
  const settlement = SETTLEMENTS[status];
  const calls = [PAYMENT_CALLS[settlement], ...(order.items.length > 0 ? [STOCK_CALLS[settlement]] : [])];
  const outcomes = await Promise.allSettled(calls.map((run) => run(scoring, order, call)));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !isRefusedAsMalformed(error)) ?? errors[0];
}

/** Whether a service refused to read the call: it refuses every other call about the same lines, too. */
export function isRefusedAsMalformed(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.InvalidArgument;
}
