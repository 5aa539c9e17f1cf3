/** The one definition of the queues: the local stack creates them from it, the Pulumi program deploys it. */

/** Attributes of a queue, in the units of SQS. */
export interface QueueShape {
  /** Name within a stack. */
  readonly name: string;
  /** Time that a received message stays hidden, in seconds. */
  readonly visibilityTimeoutSeconds: number;
  /** Retention of a message, in seconds. */
  readonly messageRetentionSeconds: number;
  /** Long polling: how long a receive waits for a message, in seconds. */
  readonly receiveWaitTimeSeconds: number;
  /** Target of messages that were received too often; absent on a dead-letter queue. */
  readonly redrive?: { readonly deadLetterQueue: string; readonly maxReceiveCount: number };
}

/** SQS's own bound on the entries of a batch and on the messages of a receive. */
export const SQS_BATCH_SIZE = 10;

/** Returns the URL of a queue in AWS, as an example in the report of a bad configuration. */
export function exampleQueueUrl({ name }: Pick<QueueShape, 'name'>): string {
  return `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
}

const SECONDS_PER_DAY = 86_400;

/** Orders that the processor could not process. SQS's longest retention gives operators two weeks. */
export const ORDER_DLQ: QueueShape = {
  name: 'order-dlq',
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 14 * SECONDS_PER_DAY,
  receiveWaitTimeSeconds: 0,
};

/** Accepted orders in flight to the processor. */
export const ORDER_QUEUE = {
  name: 'order-queue',
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 14 * SECONDS_PER_DAY,
  receiveWaitTimeSeconds: 20,
  redrive: { deadLetterQueue: ORDER_DLQ.name, maxReceiveCount: 5 },
} satisfies QueueShape;

/**
 * Age at which an order's message can no longer be in a queue, in milliseconds. SQS counts the age of a message from its first
 * send, also in the dead-letter queue. One hour covers clocks and retries.
 */
export const ORDER_MESSAGE_MAX_AGE_MS =
  (Math.max(ORDER_QUEUE.messageRetentionSeconds, ORDER_DLQ.messageRetentionSeconds) + 3_600) * 1_000;

/** Webhook messages that cannot be processed. Failed deliveries are not here: they are kept with their endpoint. */
export const WEBHOOK_DLQ: QueueShape = {
  name: 'webhook-dlq',
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 14 * SECONDS_PER_DAY,
  receiveWaitTimeSeconds: 0,
};

/** Order events to fan out to webhook endpoints, and deliveries that are due. A delivery that waits is sent again, delayed. */
export const WEBHOOK_QUEUE = {
  name: 'webhook-queue',
  visibilityTimeoutSeconds: 60,
  messageRetentionSeconds: 14 * SECONDS_PER_DAY,
  receiveWaitTimeSeconds: 20,
  redrive: { deadLetterQueue: WEBHOOK_DLQ.name, maxReceiveCount: 5 },
} satisfies QueueShape;

/** Every queue, dead-letter queues before the queues that name them. */
export const QUEUES: readonly QueueShape[] = [ORDER_DLQ, ORDER_QUEUE, WEBHOOK_DLQ, WEBHOOK_QUEUE];
