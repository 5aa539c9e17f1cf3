/** Output of `show` for people. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { type DeadLetter, originOf } from './dead-letter.js';
import type { OrderTraces, PaymentTrace } from './order-traces.js';
import { toAge, toFields, toMoney } from './text.js';

const BODY_MAX = 1_000;

/** Returns an excerpt of a message that is no order, without payment methods. */
export function bodyExcerpt(body: string): string {
  return body.replaceAll(/("payment_?method"\s*:\s*")[^"]*/gi, '$1[redacted]').slice(0, BODY_MAX);
}

/** A dead letter. `now` in epoch milliseconds. */
export function toLetterText(letter: DeadLetter, now: number): string {
  const { order, sentAt } = letter;
  const { requestId, traceparent } = originOf(letter);
  return toFields([
    ['message', letter.id],
    ['was', letter.originalId === letter.id ? undefined : letter.originalId],
    ['reason', letter.reason],
    ['first error', letter.firstError],
    ['receives', letter.receiveCount?.toString()],
    ['dead since', `${new Date(sentAt).toISOString()} (${toAge(now - sentAt)})`],
    ['group', letter.groupId],
    ['request id', requestId],
    ['traceparent', traceparent],
    ['order', order ? order.order_id : 'none: the body is not an order'],
    ['user', order?.user_id],
    ['asks for', order && toMoney(order.amount, order.currency)],
    ['items', order && toItems(order.items)],
    ['created', order?.created_at],
    ['body', order ? undefined : bodyExcerpt(letter.body)],
  ]);
}

/** Returns the traces of an order as text. */
export function toOrderText(orderId: string, { record, holds, payment }: OrderTraces): string {
  return toFields([
    ['order', orderId],
    ['status', record ? toStatus(record) : 'no worker has claimed it'],
    ['payment problem', record?.payment_problem],
    ['refunded', toRefunded(record)],
    ['note', record?.failure_note],
    ['user', record?.user_id],
    ['amount', record?.amount === undefined ? undefined : toMoney(record.amount, record.currency ?? '')],
    ['items', record?.items && toItems(record.items)],
    ['attempts', record?.attempt.toString()],
    ['lease until', record?.lease_until ? new Date(record.lease_until).toISOString() : undefined],
    ['first error', record?.first_error],
    ['fraud score', record?.fraud_score?.toString()],
    ['created', record?.created_at],
    ['updated', record?.updated_at],
    ['request id', record?.request_id],
    ['trace id', record?.trace_id],
    ['holds', toItems(holds) || 'none'],
    ['payment', payment ? toPayment(payment) : 'none'],
    ['captures', payment?.capture_count.toString()],
    ['at the provider', payment?.provider_problem],
    ['refunds', payment?.refunds && toRefunds(payment.refunds, payment.currency)],
    ['reference', payment?.gateway_reference],
    ['decline code', payment?.decline_code],
  ]);
}

function toStatus({ status, reason }: OrderRecord): string {
  return reason ? `${status} (${reason})` : status;
}

/** An order that was barred before it was authorized has no amount. */
function toPayment({ state, amount, currency }: PaymentTrace): string {
  return currency ? `${state} ${toMoney(amount, currency)}` : state;
}

function toRefunded(record: OrderRecord | undefined): string | undefined {
  if (record?.refunded_amount === undefined) return undefined;
  return toMoney(record.refunded_amount, record.currency ?? '');
}

function toRefunds(refunds: NonNullable<PaymentTrace['refunds']>, currency: string): string {
  return refunds
    .map(({ refund_id, state, amount }) => `${refund_id} ${state} ${toMoney(amount, currency)}`)
    .join(', ');
}

function toItems(items: readonly { readonly sku: string; readonly quantity: number }[]): string {
  return items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ');
}
