/** Orders and dead letters as messages of operations.v1. */
import { create } from '@bufbuild/protobuf';
import {
  type Attempt,
  AttemptSchema,
  type DeadLetter as DeadLetterMessage,
  DeadLetterSchema,
  OrderStatus as OrderStatusMessage,
  type OrderSummary,
  OrderSummarySchema,
  type Payment,
  PaymentSchema,
  StepKind,
  type StockItem,
  StockItemSchema,
  type TimelineStep,
  TimelineStepSchema,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import { traceIdOf } from '@order-pipeline/platform/tracing/trace-context';
import type { TimelineAttempt, TimelineEvent } from '../decide/timeline.js';
import { type DeadLetter, originOf } from '../operator/dead-letter.js';
import type { PaymentTrace } from '../operator/order-traces.js';
import type { StockOfSku } from '../operator/stock.js';
import type { ListedOrder } from '../orders/listed-order.js';
import { toTimestamp } from './fields.js';

/** The message's enum value of a status. */
export function toStatus(status: OrderStatus): OrderStatusMessage {
  return OrderStatusMessage[status];
}

/** The statuses of a request, without values that a newer client has. */
export function fromStatuses(statuses: readonly OrderStatusMessage[]): OrderStatus[] {
  return statuses.flatMap((status) => {
    const name = OrderStatusMessage[status];
    return name === undefined || name === 'UNSPECIFIED' ? [] : [name as OrderStatus];
  });
}

/** An order in a list. */
export function toSummary(order: ListedOrder): OrderSummary {
  return create(OrderSummarySchema, {
    orderId: order.order_id,
    userId: order.user_id,
    status: toStatus(order.status),
    reason: order.reason,
    amount: BigInt(order.amount),
    currency: order.currency,
    createdAt: toTimestamp(order.createdAt),
    updatedAt: toTimestamp(order.updatedAt),
    requestId: order.requestId,
    traceId: order.traceId,
    attempt: order.attempt,
    items: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
  });
}

/** A step of a timeline. */
export function toStep(event: TimelineEvent): TimelineStep {
  return create(TimelineStepSchema, {
    kind: StepKind[event.kind],
    at: toTimestamp(event.at),
    durationMs: event.durationMs,
    result: event.result,
    detail: event.detail,
    attempt: event.attempt,
  });
}

/** An attempt with its steps. */
export function toAttempt({ number, claimedAt, error, steps }: TimelineAttempt): Attempt {
  return create(AttemptSchema, {
    number,
    claimedAt: toTimestamp(claimedAt),
    error,
    steps: steps.map(toStep),
  });
}

/** A ledger entry. */
export function toPayment(payment: PaymentTrace): Payment {
  return create(PaymentSchema, {
    state: payment.state,
    amount: BigInt(payment.amount),
    currency: payment.currency,
    gatewayReference: payment.gateway_reference,
    declineCode: payment.decline_code,
    captureCount: payment.capture_count,
    providerProblem: payment.provider_problem ?? '',
    refunds: (payment.refunds ?? []).map(({ refund_id, state, amount }) => ({
      refundId: refund_id,
      state,
      amount: BigInt(amount),
    })),
    updatedAt: toTimestamp(Date.parse(payment.updated_at)),
  });
}

/** A message of the dead-letter queue. `lastError` where it is known. */
export function toDeadLetterMessage(letter: DeadLetter, lastError = ''): DeadLetterMessage {
  const { requestId = '', traceparent } = originOf(letter);
  const { order } = letter;
  return create(DeadLetterSchema, {
    messageId: letter.id,
    orderId: order?.order_id ?? '',
    userId: order?.user_id ?? '',
    amount: BigInt(order?.amount ?? 0),
    currency: order?.currency ?? '',
    reason: letter.reason,
    firstError: letter.firstError ?? '',
    lastError,
    ...(letter.receiveCount !== undefined && { receiveCount: letter.receiveCount }),
    createdAt: order && toTimestamp(Date.parse(order.created_at)),
    deadLetteredAt: toTimestamp(letter.sentAt),
    originalMessageId: letter.originalId,
    requestId,
    traceId: traceIdOf(traceparent) ?? '',
    items: (order?.items ?? []).map(({ sku, quantity }) => ({ sku, quantity })),
  });
}

/** Stock of a SKU. */
export function toStockItem(stock: StockOfSku): StockItem {
  return create(StockItemSchema, {
    sku: stock.sku,
    available: BigInt(stock.available),
    held: BigInt(stock.held),
    sold: BigInt(stock.sold),
    unitPrice: BigInt(stock.unitPrice),
    currency: stock.currency,
    shards: stock.shards,
    holdingOrders: stock.holdingOrders,
  });
}
