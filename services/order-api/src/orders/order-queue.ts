/** Sends accepted orders to the processor through SQS. An order counts as accepted once SQS has it. */
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { FeedEntry } from '@order-pipeline/contracts/order-feed';
import { Batcher, BatcherFullError, type EntryResult } from '@order-pipeline/platform/batcher';
import {
  formatTraceparent,
  type TraceContext,
  traceIdOf,
} from '@order-pipeline/platform/tracing/trace-context';
import {
  type ActiveSpan,
  inSpan,
  isRecording,
  NO_SPAN,
  underAll,
} from '@order-pipeline/platform/tracing/tracer';
import type { RequestContext } from '../http/request-context.js';
import type { ApiMetrics } from '../metrics.js';
import { toCallOutcome, toEntryOutcome } from './decide/send-outcome.js';
import { SendFailedError, sendUntilKnown } from './send-until-known.js';

/** Queue of orders for the processor. */
export interface OrderQueue {
  /**
   * Resolves when SQS has the order.
   *
   * @throws {QueueUnavailableError} when SQS certainly did not take it.
   * @throws {OrderOutcomeUnknownError} when SQS may have taken it.
   */
  send(order: PlacedOrder, context: RequestContext): Promise<void>;
  /** Rejects when the queue cannot be reached. */
  check(): Promise<void>;
  /** Sends all waiting orders and resolves when SQS has confirmed or refused each. */
  flush(): Promise<void>;
}

interface Message {
  readonly body: string;
  readonly groupId: string;
  readonly context: RequestContext;
  /** The span that made the message, while tracing is on. */
  readonly span: TraceContext | undefined;
}

const LIMITS = {
  /** SQS takes ten messages a call. */
  maxEntries: 10,
  /** Bytes. SQS takes 1 MiB a call; emulators and older regions a quarter of it. */
  maxSize: 262_144,
  /** A batch that is not full is sent after this time, and at once while no other is in flight. */
  maxWaitMs: 5,
  maxConcurrent: 32,
  maxWaiting: 5_000,
  eager: true,
};

/** Names and values of the two message attributes take less than this many bytes. */
const ATTRIBUTE_BYTES = 256;

/** Options of the order queue. */
export interface OrderQueueOptions {
  readonly queueUrl: string;
  /** Time for all tries to send one order, in milliseconds. */
  readonly sendBudgetMs: number;
  /** Called with each order that SQS has taken, for the feed of recent orders. Must not throw. */
  readonly onTaken?: (entry: FeedEntry) => void;
}

/**
 * Creates the sending end of the order queue. `sqs` must make one attempt per call: a retry inside the SDK would hide
 * that an earlier attempt may have been taken.
 */
export function createOrderQueue(
  sqs: SQSClient,
  { queueUrl, sendBudgetMs, onTaken }: OrderQueueOptions,
  metrics: ApiMetrics,
): OrderQueue {
  const batcher = new Batcher<Message, void>({
    ...LIMITS,
    send: (messages) => sendBatch(sqs, queueUrl, metrics, messages),
    sizeOf: ({ body }) => Buffer.byteLength(body) + ATTRIBUTE_BYTES,
  });
  return {
    send: (order, context) => {
      const send = async ({ context: span }: ActiveSpan) => {
        const message: Message = {
          body: encodeOrderPlaced(order),
          groupId: order.user_id,
          context: span ? { ...context, traceparent: formatTraceparent(span) } : context,
          span,
        };
        await sendUntilKnown(() => batcher.add(message).catch(rethrowFull), {
          budgetMs: sendBudgetMs,
          onRetry: metrics.countSendRetry,
        });
        metrics.ordersAccepted.inc();
        onTaken?.(toFeedEntry(order, message.context));
      };
      return isRecording() ? inSpan(toSendSpan(queueUrl, order.order_id), send) : send(NO_SPAN);
    },
    check: async () => {
      await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
    },
    flush: () => batcher.flush(),
  };
}

/** Returns the entry of the feed, without the payment method. */
function toFeedEntry(order: PlacedOrder, { requestId, traceparent }: RequestContext): FeedEntry {
  const { order_id, user_id, amount, currency, items, created_at } = order;
  const trace_id = traceIdOf(traceparent);
  return { order_id, user_id, amount, currency, items, created_at, request_id: requestId, trace_id };
}

/** As in OpenTelemetry's conventions for messaging: the span that creates the message, which carries its context. */
function toSendSpan(queueUrl: string, orderId: string) {
  const queue = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  return {
    name: `send ${queue}`,
    kind: 'producer',
    attributes: {
      'messaging.system': 'aws_sqs',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': queue,
      'order.id': orderId,
    },
  } as const;
}

async function sendBatch(
  sqs: SQSClient,
  queueUrl: string,
  metrics: ApiMetrics,
  messages: readonly Message[],
): Promise<EntryResult<void>[]> {
  metrics.observeBatch(messages.length);
  const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: messages.map(toEntry) });
  const spans = messages.map(({ span }) => span);
  const sending = underAll(spans, () => sqs.send(command));
  const { Successful = [], Failed = [] } = await sending.catch((cause: unknown) => {
    throw new SendFailedError(toCallOutcome(cause), 'SendMessageBatch failed', { cause });
  });
  const taken = new Set(Successful.map(({ Id }) => Id));
  return messages.map((_, index) => {
    const id = String(index);
    if (taken.has(id)) return { value: undefined };
    const failed = Failed.find((failure) => failure.Id === id);
    const { Code = 'not in the answer', Message = '' } = failed ?? {};
    return { error: new SendFailedError(toEntryOutcome(failed), `${Code} ${Message}`.trimEnd()) };
  });
}

/** A message that the batcher has no room for was never sent. */
function rethrowFull(cause: unknown): never {
  if (!(cause instanceof BatcherFullError)) throw cause;
  throw new SendFailedError('refused', 'Too many orders wait to be sent', { cause });
}

function toEntry({ body, groupId, context }: Message, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageAttributes: {
      request_id: { DataType: 'String', StringValue: context.requestId },
      traceparent: { DataType: 'String', StringValue: context.traceparent },
    },
  };
}
