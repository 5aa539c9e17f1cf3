/** The webhook queue: order events from the topic, and streams that are due. */
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { encodeDeliverMessage } from '@order-pipeline/contracts/webhooks';
import { queueName, type TracedMessage, traceReceive } from '@order-pipeline/platform/messaging/message-work';
import {
  currentOrigin,
  readTextAttributes,
  toTextAttributes,
} from '@order-pipeline/platform/messaging/origin';

/** A received message. */
export interface WebhookMessage extends TracedMessage {
  readonly body: string;
  readonly receiptHandle: string;
}

/** Options of a `WebhookQueue`. */
export interface WebhookQueueOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Time that a received message stays hidden, in seconds: longer than the work on it takes. */
  readonly visibilitySeconds: number;
  readonly receiveWaitSeconds: number;
}

/** Longest delay of a message in SQS. */
const MAX_DELAY_SECONDS = 900;

/** Messages of one receive at most. */
export const RECEIVE_SIZE = 10;

/** Receives and acknowledges messages of the webhook queue. */
export class WebhookQueue {
  readonly #options: WebhookQueueOptions;

  constructor(options: WebhookQueueOptions) {
    this.#options = options;
  }

  /** The queue's name. */
  get queueName(): string {
    return queueName(this.#options.queueUrl);
  }

  /** Waits for up to ten messages. */
  async receive(signal: AbortSignal): Promise<WebhookMessage[]> {
    const { sqs, queueUrl, visibilitySeconds, receiveWaitSeconds } = this.#options;
    const startedAt = Date.now();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: RECEIVE_SIZE,
        VisibilityTimeout: visibilitySeconds,
        WaitTimeSeconds: receiveWaitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    const messages = Messages.map(toWebhookMessage);
    const traceparents = messages.map(({ attributes }) => attributes.traceparent);
    const receivedBy = traceReceive(this.queueName, traceparents, startedAt);
    return receivedBy ? messages.map((message) => ({ ...message, receivedBy })) : messages;
  }

  /** Queues a stream with a delivery that is due. Its message belongs to the current work. */
  async enqueue(streamId: string): Promise<void> {
    await this.#options.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MessageBody: encodeDeliverMessage(streamId),
        MessageAttributes: toTextAttributes({ ...currentOrigin() }),
      }),
    );
  }

  /** Removes a message. */
  async delete({ receiptHandle }: WebhookMessage): Promise<void> {
    const { sqs, queueUrl } = this.#options;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
  }

  /**
   * Replaces a message by a delayed copy, which SQS delays by at most 15 minutes. Its receive count starts at 1 again,
   * so that waiting does not lead to the dead-letter queue.
   */
  async defer(message: WebhookMessage, delayMs: number): Promise<void> {
    const { sqs, queueUrl } = this.#options;
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: message.body,
        MessageAttributes: toTextAttributes(message.attributes),
        DelaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.ceil(delayMs / 1_000))),
      }),
    );
    await this.delete(message);
  }

  /** Moves a message to the dead-letter queue with the reason. */
  async deadLetter(message: WebhookMessage, reason: string): Promise<void> {
    const { sqs, deadLetterQueueUrl } = this.#options;
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: message.body,
        MessageAttributes: toTextAttributes({
          ...message.attributes,
          dead_letter_reason: reason.slice(0, 1_000),
        }),
      }),
    );
    await this.delete(message);
  }
}

function toWebhookMessage(message: Message): WebhookMessage {
  const { MessageId = '', Body = '', ReceiptHandle = '', Attributes, MessageAttributes } = message;
  return {
    id: MessageId,
    body: Body,
    receiptHandle: ReceiptHandle,
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1),
    attributes: readTextAttributes(MessageAttributes),
  };
}
