/** Step 2 of the order protocol: tentative calls to all services. Every call can be repeated and undone. */

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { CallOptions } from '@connectrpc/connect';
import { Decision } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { Hold } from '@order-pipeline/contracts/stock';
import {
  decideBeforePayment,
  decideByPayment,
  type OrderDecision,
} from '@order-pipeline/order-protocol/decide/outcome';
import { toLines } from '@order-pipeline/order-protocol/lines';
import type { ClaimedOrder } from '@order-pipeline/order-protocol/order-store';
import type { Scoring } from '@order-pipeline/order-protocol/scoring';
import type { AttemptRecorder } from './attempt-recorder.js';

/** Result of the tries. */
export interface TriedOrder {
  readonly decision: OrderDecision;
  readonly fraudScore: number;
  /** The holds that the decision counts on; undefined when the order may have others, so that all have to be found. */
  readonly holds: readonly Hold[] | undefined;
}

/** Limits of the tries. */
export interface TryOptions {
  /** The services refuse what reaches them later, in epoch milliseconds. */
  readonly notAfter: number;
  /**
   * Returns the options of a call: the remaining budget of the worker, its cancellation, and the headers that tie the
   * call to the order's request.
   */
  readonly call: () => CallOptions;
  readonly accountCreatedAt?: Date | undefined;
  /** Records the calls. */
  readonly recorder: AttemptRecorder;
}

/**
 * Reserves and scores in parallel, then authorizes if both passed. Throws when any call failed: a decision needs a
 * definite response from every call that has an effect. No call is under way any more when it returns or throws.
 */
export async function tryOrder(
  scoring: Scoring,
  order: ClaimedOrder,
  options: TryOptions,
): Promise<TriedOrder> {
  const { recorder } = options;
  const [reserved, scored] = await Promise.allSettled([
    order.items.length === 0
      ? undefined
      : recorder.time(
          'reserve',
          () => reserve(scoring, order, options),
          ({ outcome }) => nameOf(ReserveOutcome, outcome),
        ),
    recorder.time(
      'score',
      () => score(scoring, order, options),
      (answer) => nameOf(Decision, answer.decision),
    ),
  ]);
  if (reserved.status === 'rejected') throw reserved.reason;
  if (scored.status === 'rejected') throw scored.reason;
  const rejected = decideBeforePayment(reserved.value?.outcome, scored.value.decision);
  const decision = rejected ?? (await authorize(scoring, order, options));
  return {
    decision,
    fraudScore: scored.value.score,
    holds: holdsOf(order, decision, reserved.value?.holds ?? []),
  };
}

/**
 * Returns the holds to record with a decision. An earlier attempt may have left holds that this one's Reserve did not
 * return: a rejection releases all of them.
 */
function holdsOf(
  { attempt }: ClaimedOrder,
  { status }: OrderDecision,
  holds: readonly Hold[],
): readonly Hold[] | undefined {
  if (status !== 'COMPLETED' && attempt > 1) return undefined;
  return holds.map(({ sku, shard, token, quantity }) => ({ sku, shard, token, quantity }));
}

async function reserve({ inventory }: Scoring, order: ClaimedOrder, { notAfter, call }: TryOptions) {
  return inventory.client.reserve(
    {
      orderId: order.order_id,
      lines: toLines(order.items),
      amount: BigInt(order.amount),
      currency: order.currency,
      notAfter: timestampFromMs(notAfter),
      attempt: order.attempt,
    },
    call(),
  );
}

async function score({ fraud }: Scoring, order: ClaimedOrder, { call, accountCreatedAt }: TryOptions) {
  return fraud.client.score(
    {
      orderId: order.order_id,
      userId: order.user_id,
      amount: BigInt(order.amount),
      currency: order.currency,
      quantity: BigInt(order.items.reduce((sum, { quantity }) => sum + quantity, 0)),
      requestedAt: timestampFromMs(Date.parse(order.created_at)),
      ...(accountCreatedAt && { accountCreatedAt: timestampFromMs(accountCreatedAt.getTime()) }),
    },
    call(),
  );
}

async function authorize(
  { payment }: Scoring,
  order: ClaimedOrder,
  { notAfter, call, recorder }: TryOptions,
) {
  const request = {
    orderId: order.order_id,
    amount: BigInt(order.amount),
    currency: order.currency,
    paymentMethod: order.payment_method,
    notAfter: timestampFromMs(notAfter),
    orderedAt: timestampFromMs(Date.parse(order.created_at)),
  };
  const answer = await recorder.time(
    'authorize',
    () => payment.client.authorize(request, call()),
    (answered) => nameOf(PaymentState, answered.payment?.state ?? PaymentState.UNSPECIFIED),
  );
  return decideByPayment(answer.payment?.state, answer.payment?.declineCode);
}

/** Returns the name of an enum's value; its number when a newer service has more of them. */
function nameOf(names: Readonly<Record<number, string>>, value: number): string {
  return names[value] ?? String(value);
}
