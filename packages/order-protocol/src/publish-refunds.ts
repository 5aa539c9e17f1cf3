/** Publishes the events of an order's refunds, and notes them on its record. */
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { CallOptions } from '@connectrpc/connect';
import {
  type Payment,
  type PaymentRefund,
  RefundState,
} from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { toRefundEvent } from '@order-pipeline/contracts/order-events';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import type { ClaimedOrder, OrderStore } from './order-store.js';
import type { Scoring } from './scoring.js';

/** Dependencies of {@link publishRefunds}. */
export interface PublishRefundsDeps {
  readonly store: Pick<OrderStore, 'noteRefunds'>;
  readonly events: EventSink;
}

/**
 * Publishes the refunds that the record does not count yet, and then notes them. A crash in between publishes the same
 * events again. Returns how many there were.
 *
 * @throws {EventNotPublishedError}
 */
export async function publishRefunds(
  { store, events }: PublishRefundsDeps,
  order: ClaimedOrder,
  payment: Pick<Payment, 'refunds' | 'refundedAmount'>,
): Promise<number> {
  const due = dueRefunds(order, payment.refunds);
  for (const refund of due)
    await events.publish(
      toRefundEvent(order, {
        refundId: refund.refundId,
        refundedAmount: Number(refund.refundedTotal),
        refundedAt: refund.updatedAt ? timestampDate(refund.updatedAt).toISOString() : order.updated_at,
      }),
    );
  const published = Math.max(0, ...payment.refunds.map(({ sequence }) => sequence));
  const refundedAmount = Number(payment.refundedAmount);
  if (due.length > 0 || refundedAmount !== (order.refunded_amount ?? 0))
    await store.noteRefunds(order.order_id, { refundedAmount, published });
  return due.length;
}

/** Returns the refunds that were made and not published, in the order in which they were made. */
function dueRefunds(
  { refunds_published = 0 }: Pick<ClaimedOrder, 'refunds_published'>,
  refunds: readonly PaymentRefund[],
): PaymentRefund[] {
  return refunds
    .filter(({ state, sequence }) => state === RefundState.DONE && sequence > refunds_published)
    .toSorted((a, b) => a.sequence - b.sequence);
}

/** Retries the refunds that are pending, and publishes those that were made. Every call is idempotent. */
export async function completeRefunds(
  { scoring, ...deps }: PublishRefundsDeps & { readonly scoring: Pick<Scoring, 'payment'> },
  order: ClaimedOrder,
  call: CallOptions,
): Promise<void> {
  const { client } = scoring.payment;
  const { order_id: orderId } = order;
  const { payment } = await client.getPayment({ orderId }, call);
  const pending = payment?.refunds.filter(({ state }) => state === RefundState.PENDING) ?? [];
  const asked = await Promise.allSettled(
    pending.map(({ refundId, amount }) => client.refund({ orderId, refundId, amount }, call)),
  );
  const after = pending.length > 0 ? (await client.getPayment({ orderId }, call)).payment : payment;
  if (after) await publishRefunds(deps, order, after);
  for (const outcome of asked) if (outcome.status === 'rejected') throw outcome.reason;
}
