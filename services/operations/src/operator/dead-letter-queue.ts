/**
 * The dead-letter queue. SQS cannot read without receiving, so messages are hidden for a short time while they are
 * read, and made visible again when the command ends. A command that dies leaves them hidden until that time expires;
 * nothing is lost.
 */

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import { FAILED_NOTICE_ATTRIBUTE } from '@order-pipeline/contracts/processed';
import { SQS_BATCH_SIZE } from '@order-pipeline/contracts/queues';
import { toTextAttributes } from '@order-pipeline/platform/messaging/origin';
import { type DeadLetter, type OrderOrigin, originalAttributes, toDeadLetter } from './dead-letter.js';

/** Time for which messages are hidden while they are read, in seconds. */
export const LOOK_SECONDS = 60;

/** Receives in a row that bring nothing new after which all has been seen. */
const IDLE_RECEIVES = 3;

/** Number of messages in a queue; SQS's figures are approximate. */
export interface Depth {
  readonly visible: number;
  /** In flight: another command is reading them. */
  readonly hidden: number;
}

/** Addresses of the queues. */
export interface DeadLetterQueueOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Wait of a receive. With 0 SQS does not query all of its servers before it returns nothing. */
  readonly waitSeconds: number;
  /** Called with the id of each message that was removed. */
  readonly onRemoved?: (messageId: string) => void;
}

/** Reads dead letters, sends them back and removes them. */
export class DeadLetterQueue {
  readonly #options: DeadLetterQueueOptions;
  /** Messages that this command has received and neither removed nor released, by message id. */
  readonly #held = new Map<string, DeadLetter>();
  /** Ids in the order queue of what this command has sent back. */
  readonly #sent = new Set<string>();

  constructor(options: DeadLetterQueueOptions) {
    this.#options = options;
  }

  /** Returns the number of dead letters. */
  async depth(): Promise<Depth> {
    const { Attributes = {} } = await this.#options.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#options.deadLetterQueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  /**
   * Receives until the queue shows nothing new or `signal` aborts, up to ten messages at a time. Each message comes
   * once; one that was sent back meanwhile and failed again does not come again.
   */
  async *each(signal: AbortSignal, hideSeconds = LOOK_SECONDS): AsyncGenerator<DeadLetter[]> {
    const seen = new Set<string>();
    for (let idle = 0; idle < IDLE_RECEIVES && !signal.aborted; ) {
      const letters = await this.#receive(hideSeconds);
      if (letters.length === 0) return;
      const fresh = letters.filter(({ id, originalId }) => !seen.has(id) && !this.#sent.has(originalId));
      for (const { id } of fresh) seen.add(id);
      idle = fresh.length === 0 ? idle + 1 : 0;
      if (fresh.length > 0) yield fresh;
    }
  }

  /** Sends a message to the order queue as it was before it was dead-lettered. Returns its new id. */
  async sendBack(letter: DeadLetter): Promise<string> {
    const { MessageId = '' } = await this.#options.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MessageBody: letter.body,
        ...(letter.groupId && { MessageGroupId: letter.groupId }),
        MessageAttributes: originalAttributes(letter),
      }),
    );
    this.#sent.add(MessageId);
    return MessageId;
  }

  /** Sends an order to the order queue, as the API did. Returns the message's id. */
  async resend(order: PlacedOrder, origin: OrderOrigin): Promise<string> {
    return await this.#sendOrder(order, origin);
  }

  /** Sends a notice to the order queue that the order is FAILED, so that a processor counts it. */
  async announceFailed(order: PlacedOrder, origin: OrderOrigin): Promise<void> {
    await this.#sendOrder(order, origin, { [FAILED_NOTICE_ATTRIBUTE]: 'true' });
  }

  async #sendOrder(
    order: PlacedOrder,
    { requestId, traceparent }: OrderOrigin,
    marks: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const attributes = { request_id: requestId, traceparent, ...marks };
    const { MessageId = '' } = await this.#options.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MessageBody: encodeOrderPlaced(order),
        MessageGroupId: order.user_id,
        MessageAttributes: toTextAttributes(attributes),
      }),
    );
    return MessageId;
  }

  /** Removes a message for good. */
  async remove(letter: DeadLetter): Promise<void> {
    await this.#options.sqs.send(
      new DeleteMessageCommand({
        QueueUrl: this.#options.deadLetterQueueUrl,
        ReceiptHandle: this.#receiptHandle(letter),
      }),
    );
    this.#held.delete(letter.id);
    this.#options.onRemoved?.(letter.id);
  }

  /** Keeps messages hidden for so long from now on. */
  async hide(letters: readonly DeadLetter[], seconds: number): Promise<void> {
    for (let from = 0; from < letters.length; from += SQS_BATCH_SIZE) {
      const batch = letters.slice(from, from + SQS_BATCH_SIZE);
      // An entry that fails becomes visible by itself when its timeout ends.
      await this.#options.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#options.deadLetterQueueUrl,
          Entries: batch.map((letter, index) => ({
            Id: String(index),
            ReceiptHandle: this.#receiptHandle(letter),
            VisibilityTimeout: seconds,
          })),
        }),
      );
    }
  }

  /** Shows everything again that this command holds, except `kept`. */
  async giveBack(kept: readonly DeadLetter[] = []): Promise<void> {
    const ids = new Set(kept.map(({ id }) => id));
    const letters = [...this.#held.values()].filter(({ id }) => !ids.has(id));
    await this.hide(letters, 0);
    for (const { id } of letters) this.#held.delete(id);
  }

  /** Number of messages that this command holds. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** That of the last receive: SQS may take no notice of older ones. */
  #receiptHandle({ id, receiptHandle }: DeadLetter): string {
    return this.#held.get(id)?.receiptHandle ?? receiptHandle;
  }

  async #receive(hideSeconds: number): Promise<DeadLetter[]> {
    const { Messages = [] } = await this.#options.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#options.deadLetterQueueUrl,
        MaxNumberOfMessages: SQS_BATCH_SIZE,
        VisibilityTimeout: hideSeconds,
        WaitTimeSeconds: this.#options.waitSeconds,
        MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'],
        MessageAttributeNames: ['All'],
      }),
    );
    const letters = Messages.map(toDeadLetter);
    for (const letter of letters) this.#held.set(letter.id, letter);
    return letters;
  }
}
