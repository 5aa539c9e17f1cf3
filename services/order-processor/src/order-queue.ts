/** The order queue and its dead-letter queue: every call that changes a message goes out in batches. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { DEAD_LETTER_ATTRIBUTES } from '@order-pipeline/contracts/dead-letters';
import { SQS_BATCH_SIZE } from '@order-pipeline/contracts/queues';
import { Batcher, type EntryResult } from '@order-pipeline/platform/batcher';
import {
  messagingAttributes,
  queueName,
  traceReceive,
} from '@order-pipeline/platform/messaging/message-work';
import { readTextAttributes, toTextAttributes } from '@order-pipeline/platform/messaging/origin';
import { formatTraceparent, type TraceContext } from '@order-pipeline/platform/tracing/trace-context';
import { inSpan, underAll } from '@order-pipeline/platform/tracing/tracer';
import { currentWork } from '@order-pipeline/platform/work';
import type { DeadLetterReason } from './decide/acknowledgement.js';

/** A message that this process has received and must acknowledge. */
export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  readonly receiptHandle: string;
  /** Number of receives, this one included. */
  readonly receiveCount: number;
  /** Time at which it was sent to the queue, in epoch milliseconds. */
  readonly sentAt?: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Keeps fair queueing through the dead-letter queue. */
  readonly groupId?: string | undefined;
  /** The span that received it, while tracing is on. */
  readonly receivedBy?: TraceContext | undefined;
}

/** SQS allows ten attributes on a message; the others record why it was dead-lettered. */
const KEPT_ATTRIBUTES = 10 - DEAD_LETTER_ATTRIBUTES.length;

/** One entry of a batch call failed. `code` is SQS's. */
class BatchEntryError extends Error {
  override readonly name = 'BatchEntryError';

  readonly code: string;

  constructor(code: string) {
    super(`SQS refused the entry: ${code}`);
    this.code = code;
  }
}

/** Queues, and the grouping of calls to them. */
export interface OrderQueueOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly visibilitySeconds: number;
  readonly receiveWaitSeconds: number;
  readonly deleteLingerMs: number;
}

/** Receives messages and acknowledges them. */
export class OrderQueue {
  readonly #options: OrderQueueOptions;
  readonly #deletes: Batcher<Change, void>;
  readonly #visibilities: Batcher<VisibilityChange, void>;

  constructor(options: OrderQueueOptions) {
    this.#options = options;
    const grouping = {
      maxEntries: SQS_BATCH_SIZE,
      maxConcurrent: 4,
      eager: false,
      maxWaitMs: options.deleteLingerMs,
    };
    this.#deletes = new Batcher({ ...grouping, send: (changes) => this.#sendDeletes(changes) });
    this.#visibilities = new Batcher({ ...grouping, send: (changes) => this.#sendVisibilities(changes) });
  }

  /** The queue's name. */
  get queueName(): string {
    return queueName(this.#options.queueUrl);
  }

  /** Waits for up to `maxMessages`, ten at most. */
  async receive(signal: AbortSignal, maxMessages: number): Promise<ReceivedMessage[]> {
    const startedAt = Date.now();
    const { Messages = [] } = await this.#options.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#options.queueUrl,
        MaxNumberOfMessages: maxMessages,
        VisibilityTimeout: this.#options.visibilitySeconds,
        WaitTimeSeconds: this.#options.receiveWaitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId', 'SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    const messages = Messages.map(toReceivedMessage);
    if (messages.length === 0) return messages;
    const traceparents = messages.map(({ attributes }) => attributes.traceparent);
    const receivedBy = traceReceive(queueName(this.#options.queueUrl), traceparents, startedAt);
    return receivedBy ? messages.map((message) => ({ ...message, receivedBy })) : messages;
  }

  /** Removes a message for good. */
  async delete(message: ReceivedMessage): Promise<void> {
    await this.#deletes.add({ receiptHandle: message.receiptHandle, span: currentWork()?.span });
  }

  /** Hides a message for this time from now on; 0 makes it visible at once. */
  async changeVisibility(message: ReceivedMessage, milliseconds: number): Promise<void> {
    const seconds = Math.min(MAX_VISIBILITY_SECONDS, Math.ceil(milliseconds / 1_000));
    await this.#visibilities.add({
      receiptHandle: message.receiptHandle,
      seconds,
      span: currentWork()?.span,
    });
  }

  /** Moves a message to the dead-letter queue with what went wrong. */
  async deadLetter(message: ReceivedMessage, reason: DeadLetterReason, firstError: string): Promise<void> {
    const queue = queueName(this.#options.deadLetterQueueUrl);
    await inSpan(
      { name: `send ${queue}`, kind: 'producer', attributes: messagingAttributes(queue, 'send') },
      () => this.#sendDeadLetter(message, reason, firstError),
    );
    await this.delete(message);
  }

  async #sendDeadLetter(
    message: ReceivedMessage,
    reason: DeadLetterReason,
    firstError: string,
  ): Promise<void> {
    const span = currentWork()?.span;
    const death: Partial<Record<(typeof DEAD_LETTER_ATTRIBUTES)[number], string>> = {
      dead_letter_reason: reason,
      first_error: firstError,
      receive_count: String(message.receiveCount),
      original_message_id: message.id,
      ...(span && { dead_letter_traceparent: formatTraceparent(span) }),
    };
    const kept = Object.entries(message.attributes).slice(0, KEPT_ATTRIBUTES);
    const attributes = { ...Object.fromEntries(kept), ...death };
    await this.#options.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#options.deadLetterQueueUrl,
        MessageBody: message.body,
        ...(message.groupId && { MessageGroupId: message.groupId }),
        MessageAttributes: toTextAttributes(attributes),
      }),
      CALL_LIMITS,
    );
  }

  /** Sends the waiting changes. */
  async flush(): Promise<void> {
    await Promise.all([this.#deletes.flush(), this.#visibilities.flush()]);
  }

  async #sendDeletes(changes: readonly Change[]): Promise<EntryResult<void>[]> {
    const command = new DeleteMessageBatchCommand({
      QueueUrl: this.#options.queueUrl,
      Entries: changes.map(({ receiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
      })),
    });
    return this.#sendBatch(changes, () => this.#options.sqs.send(command, CALL_LIMITS));
  }

  async #sendVisibilities(changes: readonly VisibilityChange[]): Promise<EntryResult<void>[]> {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: this.#options.queueUrl,
      Entries: changes.map(({ receiptHandle, seconds }, index) => ({
        Id: String(index),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      })),
    });
    return this.#sendBatch(changes, () => this.#options.sqs.send(command, CALL_LIMITS));
  }

  /** Sends a batch of changes and returns the result of each. */
  async #sendBatch(
    changes: readonly Change[],
    send: () => Promise<{ readonly Failed?: Parameters<typeof toResults>[1] }>,
  ): Promise<EntryResult<void>[]> {
    const { Failed } = await underAll(spansOf(changes), send);
    return toResults(changes.length, Failed);
  }
}

/** A change of a received message, with the span of the work on it. */
interface Change {
  readonly receiptHandle: string;
  readonly span: TraceContext | undefined;
}

interface VisibilityChange extends Change {
  readonly seconds: number;
}

function spansOf(changes: readonly Change[]) {
  return changes.map(({ span }) => span);
}

/** Time limit of one try of an acknowledgement: it has no long poll to wait for. */
const CALL_LIMITS = { requestTimeout: 2_000 };

/** SQS's longest visibility timeout, 12 hours. */
const MAX_VISIBILITY_SECONDS = 43_200;

function toReceivedMessage(message: Message): ReceivedMessage {
  return {
    id: message.MessageId ?? '',
    body: message.Body ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    sentAt: Number(message.Attributes?.SentTimestamp ?? Date.now()),
    attributes: readTextAttributes(message.MessageAttributes),
    groupId: message.Attributes?.MessageGroupId,
  };
}

function toResults(
  count: number,
  failed: readonly { Id: string | undefined; Code: string | undefined }[] = [],
): EntryResult<void>[] {
  const results: EntryResult<void>[] = Array.from({ length: count }, () => ({ value: undefined }));
  for (const { Id, Code } of failed) results[Number(Id)] = { error: new BatchEntryError(Code ?? 'unknown') };
  return results;
}
