/** Hands accepted orders to the processor through SQS. An order counts as accepted once SQS has it. */
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import { Batcher, type EntryResult } from '@order-pipeline/platform/batcher';
import type { RequestContext } from '../http/request-context.js';
import type { ApiMetrics } from '../metrics.js';

/** SQS did not take an order; as far as is known nothing was ordered. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

/** Takes orders for the processor. */
export interface OrderQueue {
  /** Resolves when SQS has the order. Throws QueueUnavailableError. */
  send(order: PlacedOrder, context: RequestContext): Promise<void>;
  /** Rejects when the queue cannot be reached. */
  check(): Promise<void>;
  /** Sends what waits and resolves when SQS has answered all. */
  flush(): Promise<void>;
}

interface Message {
  readonly body: string;
  readonly groupId: string;
  readonly context: RequestContext;
}

const LIMITS = {
  /** SQS takes ten messages a call. */
  maxEntries: 10,
  /** Bytes. SQS takes 1 MiB a call; emulators and older regions a quarter of it. */
  maxSize: 262_144,
  maxWaitMs: 20,
  maxConcurrent: 32,
  maxWaiting: 5_000,
  eager: true,
};

/** Names and values of the two message attributes take less than this many bytes. */
const ATTRIBUTE_BYTES = 256;

/** Creates the sending end of the order queue. */
export function createOrderQueue(sqs: SQSClient, queueUrl: string, metrics: ApiMetrics): OrderQueue {
  const batcher = new Batcher<Message, void>({
    ...LIMITS,
    send: (messages) => sendBatch(sqs, queueUrl, metrics, messages),
    sizeOf: ({ body }) => Buffer.byteLength(body) + ATTRIBUTE_BYTES,
  });
  return {
    send: async (order, context) => {
      try {
        await batcher.add({ body: encodeOrderPlaced(order), groupId: order.user_id, context });
      } catch (cause) {
        throw new QueueUnavailableError('SQS did not take the order', { cause });
      }
      metrics.ordersAccepted.inc();
    },
    check: async () => {
      await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
    },
    flush: () => batcher.flush(),
  };
}

async function sendBatch(
  sqs: SQSClient,
  queueUrl: string,
  metrics: ApiMetrics,
  messages: readonly Message[],
): Promise<EntryResult<void>[]> {
  metrics.observeBatch(messages.length);
  const { Successful = [], Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: messages.map(toEntry) }),
  );
  const taken = new Set(Successful.map(({ Id }) => Id));
  return messages.map((_, index) => {
    const id = String(index);
    if (taken.has(id)) return { value: undefined };
    const { Code = 'unknown', Message = '' } = Failed.find((failure) => failure.Id === id) ?? {};
    return { error: new Error(`SQS refused the message: ${Code} ${Message}`.trimEnd()) };
  });
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
