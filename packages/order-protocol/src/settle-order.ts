/** Step 4 of the order protocol: make the decision true. Every call is idempotent and repeated until it succeeds. */
import { type CallOptions, Code, ConnectError } from '@connectrpc/connect';
import { PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { FinalStatus } from '@order-pipeline/contracts/orders';
import { SETTLEMENTS, type Settlement } from './decide/claim.js';
import { toLines } from './lines.js';
import type { ClaimedOrder } from './order-store.js';
import type { Scoring } from './scoring.js';

/** An order, as far as its settlement needs it. */
export type SettledOrder = Pick<ClaimedOrder, 'order_id' | 'items' | 'holds'>;

/** The stock side of a settlement. */
interface StockSettlement {
  /** Lines of a completed order of which this settlement sold nothing. */
  readonly unsoldLines: number;
  /** An earlier try of the call may have sold them. */
  readonly retried: boolean;
}

/** Result of a settlement. */
export interface Settled extends StockSettlement {
  /** The order is completed, and its authorization is gone: a repeat will not help, an operator has to. */
  readonly captureFailed: boolean;
}

/**
 * Time limit of a settlement, in milliseconds. It is not bound by the lease: the decision is final, and anyone may repeat each
 * call.
 */
export const SETTLE_BUDGET_MS = 10_000;

const NOTHING_UNSOLD: StockSettlement = { unsoldLines: 0, retried: false };

/**
 * Charges and sells a completed order; releases everything otherwise. Throws when either side failed: of two errors the one
 * that may pass later. A service that refuses to read what an order asks for has refused to try it as well: nothing is held
 * there, and there is nothing to undo.
 */
export async function settleOrder(
  scoring: Scoring,
  order: SettledOrder,
  status: FinalStatus,
  call: CallOptions,
): Promise<Settled> {
  const settlement = SETTLEMENTS[status];
  const [payment, stock] = await Promise.allSettled([
    PAYMENT_CALLS[settlement](scoring, order, call),
    STOCK_CALLS[settlement](scoring, order, call),
  ]);
  if (payment.status === 'fulfilled' && stock.status === 'fulfilled')
    return { captureFailed: payment.value === PaymentState.CAPTURE_FAILED, ...stock.value };
  const errors = [payment, stock].flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  throw errors.find((error) => !isRefusedAsMalformed(error)) ?? errors[0];
}

const PAYMENT_CALLS: Readonly<Record<Settlement, SettleCall<PaymentState | undefined>>> = {
  charge: async ({ payment }, { order_id: orderId }, call) =>
    (await payment.client.capture({ orderId }, call)).payment?.state,
  undo: async ({ payment }, { order_id: orderId }, call) =>
    (await payment.client.void({ orderId }, call).catch(ignoreMalformed))?.payment?.state,
};

const STOCK_CALLS: Readonly<Record<Settlement, SettleCall<StockSettlement>>> = {
  charge: sell,
  undo: release,
};

type SettleCall<R> = (scoring: Scoring, order: SettledOrder, call: CallOptions) => Promise<R>;

/** Sells the holds that the decision counted on. */
async function sell(
  { inventory }: Scoring,
  { order_id: orderId, items, holds = [] }: SettledOrder,
  call: CallOptions,
): Promise<StockSettlement> {
  const lines = toLines(items);
  if (lines.length === 0) return NOTHING_UNSOLD;
  const { confirmedLines, retried } = await inventory.client.confirm(
    { orderId, lines, holds: [...holds] },
    call,
  );
  return { unsoldLines: lines.length - confirmedLines, retried };
}

/** Releases the holds that the decision counted on; all that there are when it recorded none. */
async function release(
  { inventory }: Scoring,
  { order_id: orderId, items, holds }: SettledOrder,
  call: CallOptions,
): Promise<StockSettlement> {
  if (items.length > 0 && holds?.length !== 0)
    await inventory.client
      .release({ orderId, lines: toLines(items), holds: [...(holds ?? [])] }, call)
      .catch(ignoreMalformed);
  return NOTHING_UNSOLD;
}

/** Makes a refusal to read the call a success without a result. Rethrows every other error. */
function ignoreMalformed(error: unknown): undefined {
  if (!isRefusedAsMalformed(error)) throw error;
}

/** Returns true when a service refused to read the call: it refuses every other call about the same lines, too. */
function isRefusedAsMalformed(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.InvalidArgument;
}
