/** The methods about orders. */
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import {
  type GetOrderResponse,
  GetOrderResponseSchema,
  type ListOrdersRequest,
  type OperationsService,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { OrderItem } from '@order-pipeline/contracts/orders';
import { z } from 'zod';
import { allowedActions } from '../decide/actions.js';
import { explain } from '../decide/explain.js';
import { toAttempts, toTimeline } from '../decide/timeline.js';
import type { OrderIndex } from '../feed/order-index.js';
import { cancelOrder } from '../operator/cancel.js';
import { failRecord } from '../operator/fail-record.js';
import { type OrderTraces, readTraces } from '../operator/order-traces.js';
import { reauthorizePayment, writeOffPayment } from '../operator/payment.js';
import { refundOrder } from '../operator/refund.js';
import { resumeOrder } from '../operator/resume.js';
import { fromRecord, type ListedOrder } from '../orders/listed-order.js';
import type { OrderQuery, OrderSearch, SearchPosition } from '../orders/search.js';
import { type CallDeps, createCallTools, summarize } from './call-tools.js';
import { translated } from './errors.js';
import { decodePageToken, encodePageToken, Fields, toMs, toTimestamp } from './fields.js';
import { fromStatuses, toAttempt, toPayment, toStep, toSummary } from './messages.js';

/** Dependencies of the methods about orders. */
export interface OrderMethodDeps extends CallDeps {
  readonly search: OrderSearch;
  readonly index: OrderIndex;
  /** Returns true when the last look at the dead-letter queue showed the order. */
  readonly isDeadLetter: (orderId: string) => boolean;
}

type OrderMethods = Pick<
  ServiceImpl<typeof OperationsService>,
  | 'listOrders'
  | 'getOrder'
  | 'cancelOrder'
  | 'failOrder'
  | 'resumeOrder'
  | 'refundOrder'
  | 'reauthorizePayment'
  | 'writeOffPayment'
>;

const MAX_WAIT_SECONDS = 60;

/** Creates the methods. */
export function createOrderMethods(deps: OrderMethodDeps): OrderMethods {
  return {
    listOrders: (request) =>
      translated(async () => {
        const page = await deps.search.find(readQuery(request));
        return {
          orders: page.orders.map(toSummary),
          nextPageToken: encodePageToken(page.next),
          searchedSince: toTimestamp(page.since),
          limitations: [...page.limitations],
        };
      }),
    getOrder: ({ orderId }) => translated(() => getOrder(deps, checkId(orderId))),
    cancelOrder: (request, context) => {
      const fields = new Fields();
      const orderId = fields.id('order_id', request.orderId);
      const reason = fields.reason('reason', request.reason);
      fields.done();
      const { tools } = createCallTools(deps, context, request.dryRun);
      return translated(async () => {
        const isAccepted = async (id: string) => deps.index.get(id) !== undefined || deps.isDeadLetter(id);
        const record = await cancelOrder(tools, { orderId, reason, isAccepted });
        const known = deps.index.get(orderId);
        if (record) deps.index.correct(fromRecord(record));
        const order = record && { ...known, ...withoutBlanks(fromRecord(record)) };
        return { order: toSummary((order ?? known) as ListedOrder) };
      });
    },
    failOrder: (request, context) => {
      const fields = new Fields();
      const orderId = fields.id('order_id', request.orderId);
      const reason = fields.reason('reason', request.reason);
      const waitMs = fields.seconds('wait_seconds', request.waitSeconds, MAX_WAIT_SECONDS) * 1_000;
      fields.done();
      return summarize(deps, context, request.dryRun, (tools) =>
        failRecord(tools, { orderId, reason, waitMs }),
      );
    },
    resumeOrder: ({ orderId, dryRun }, context) =>
      summarize(deps, context, dryRun, (tools) => resumeOrder(tools, checkId(orderId))),
    refundOrder: (request, context) => {
      const fields = new Fields();
      const orderId = fields.id('order_id', request.orderId);
      const amount = fields.amount('amount', request.amount);
      const reason = fields.reason('reason', request.reason);
      const { refundId, restock } = request;
      if (refundId !== '' && !/^[A-Za-z0-9._-]{1,64}$/.test(refundId))
        fields.violate('refund_id', 'must have 1 to 64 letters, digits and . _ -');
      fields.done();
      const options = { orderId, amount, reason, restock, ...(refundId !== '' && { refundId }) };
      return summarize(deps, context, request.dryRun, (tools) => refundOrder(tools, options));
    },
    reauthorizePayment: ({ orderId, paymentMethod, dryRun }, context) =>
      summarize(deps, context, dryRun, (tools) =>
        reauthorizePayment(tools, {
          orderId: checkId(orderId),
          ...(paymentMethod !== '' && { paymentMethod }),
        }),
      ),
    writeOffPayment: (request, context) => {
      const fields = new Fields();
      const orderId = fields.id('order_id', request.orderId);
      const reason = fields.reason('reason', request.reason);
      fields.done();
      return summarize(deps, context, request.dryRun, (tools) => writeOffPayment(tools, { orderId, reason }));
    },
  };
}

function checkId(orderId: string): string {
  const fields = new Fields();
  fields.id('order_id', orderId);
  fields.done();
  return orderId;
}

const PositionSchema = z.union([
  z.object({
    kind: z.literal('recent'),
    after: z.object({ createdAt: z.number(), order_id: z.string() }),
  }),
  z.object({ kind: z.literal('user'), userId: z.string(), token: z.record(z.string(), z.unknown()) }),
]);

function readQuery(request: ListOrdersRequest): OrderQuery {
  const fields = new Fields();
  const limit = fields.number('page_size', request.pageSize, 50, 1, 200);
  const token = decodePageToken(request.pageToken);
  const position = token === undefined ? undefined : PositionSchema.safeParse(token);
  if (request.pageToken !== '' && !position?.success)
    fields.violate('page_token', 'must be the next_page_token of an answer');
  fields.done();
  return {
    limit,
    text: request.query.trim() || undefined,
    userId: request.userId || undefined,
    statuses: fromStatuses(request.statuses),
    reason: request.reason || undefined,
    createdFrom: toMs(request.createdAfter),
    createdBefore: toMs(request.createdBefore),
    after: position?.data as SearchPosition | undefined,
  };
}

/** Reads an order from the tables; one that no worker has claimed from the feed. @throws {ConnectError} NOT_FOUND */
export async function getOrder(
  deps: Pick<OrderMethodDeps, 'system' | 'config' | 'index' | 'clock' | 'isDeadLetter'>,
  orderId: string,
  items: readonly OrderItem[] = [],
): Promise<GetOrderResponse> {
  const { system, config, index, clock, isDeadLetter } = deps;
  const traces = await readTraces(system.dynamo, config, orderId, items);
  const known = index.get(orderId);
  if (!traces.record && !traces.payment && !known)
    throw new ConnectError(
      `no worker has claimed an order ${orderId}: it waits in the queue, is a dead letter, or never was`,
      Code.NotFound,
    );
  return toDetails(orderId, traces, known, clock(), isDeadLetter(orderId));
}

function toDetails(
  orderId: string,
  { record, holds, payment }: OrderTraces,
  known: ListedOrder | undefined,
  now: number,
  deadLetter: boolean,
): GetOrderResponse {
  const order = toListed(orderId, { record, holds, payment }, known);
  const attempts = record ? toAttempts(record, payment) : [];
  const timeline = record
    ? toTimeline(
        order.createdAt > 0 ? { ...record, created_at: new Date(order.createdAt).toISOString() } : record,
        payment,
        attempts,
      )
    : [{ kind: 'ACCEPTED' as const, at: order.createdAt, durationMs: 0, result: '', detail: '', attempt: 0 }];
  const leased = (record?.lease_until ?? 0) >= now;
  const refunded = record?.refunded_amount ?? 0;
  const paymentProblem = record?.payment_problem;
  return create(GetOrderResponseSchema, {
    order: toSummary(order),
    attempts: attempts.map(toAttempt),
    timeline: timeline.map(toStep),
    holds: holds.map(({ sku, shard, quantity, token }) => ({ sku, shard, quantity, token })),
    payment: payment && toPayment(payment),
    ...(record?.fraud_score !== undefined && { fraudScore: record.fraud_score }),
    firstError: record?.first_error ?? '',
    note: record?.failure_note ?? '',
    leaseUntil: leased && order.status === 'PROCESSING' ? toTimestamp(record?.lease_until) : undefined,
    paymentProblem: paymentProblem ?? '',
    refundedAmount: BigInt(refunded),
    deadLetter,
    actions: allowedActions({
      status: order.status,
      leased,
      paymentProblem,
      paymentState: payment?.state,
      refundable: order.amount - refunded,
    }),
    explanation: explain({
      status: order.status,
      reason: order.reason,
      paymentProblem,
      note: record?.failure_note,
      leased,
      firstError: record?.first_error,
    }),
  });
}

/** The record rules; the feed adds what an early cancellation does not know. */
function toListed(
  orderId: string,
  { record, payment }: OrderTraces,
  known: ListedOrder | undefined,
): ListedOrder {
  if (record) return { ...(known ?? fromRecord(record)), ...withoutBlanks(fromRecord(record)) };
  if (known) return known;
  const at = Date.parse(payment?.updated_at ?? '');
  return {
    order_id: orderId,
    user_id: '',
    status: 'PENDING',
    reason: '',
    amount: payment?.amount ?? 0,
    currency: payment?.currency ?? '',
    items: [],
    createdAt: at,
    updatedAt: at,
    requestId: '',
    traceId: '',
    attempt: 0,
  };
}

/** A record that was cancelled before its claim has no facts, and they must not hide those of the feed. */
function withoutBlanks(order: ListedOrder): Partial<ListedOrder> {
  if (order.user_id !== '') return order;
  const { status, reason, updatedAt, attempt } = order;
  return { order_id: order.order_id, status, reason, updatedAt, attempt };
}
