/** Waits until the system has dealt with everything, as an operator would. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { ChaosSystem } from './system.js';

/** How the drain went. */
export interface Drained {
  /** Until both queues were empty, in milliseconds. */
  readonly drainMs: number;
  /** Whether they were in time. */
  readonly empty: boolean;
  /** Messages sent back from the dead-letter queue, by the reason on them. */
  readonly redriven: Readonly<Record<string, number>>;
}

const LOOK_EVERY_MS = 250;
/** The numbers are approximate: they must say "empty" so often in a row. */
const EMPTY_LOOKS = 4;

/** Redrives dead letters until there are none and no message is left, for `timeoutMs` at most. */
export async function drain(system: ChaosSystem, timeoutMs: number): Promise<Drained> {
  const startedAt = Date.now();
  const redriven: Record<string, number> = {};
  let emptyLooks = 0;
  let emptySince = startedAt;
  while (emptyLooks < EMPTY_LOOKS && Date.now() - startedAt < timeoutMs) {
    await redrive(system, redriven);
    if (await isEmpty(system)) emptyLooks += 1;
    else {
      emptyLooks = 0;
      emptySince = Date.now();
    }
    await sleep(LOOK_EVERY_MS);
  }
  return { drainMs: emptySince - startedAt, empty: emptyLooks === EMPTY_LOOKS, redriven };
}

/** Sends, then deletes: a crash in between makes a duplicate, which the pipeline bears, and never a loss. */
async function redrive({ sqs, queueUrls }: ChaosSystem, counts: Record<string, number>): Promise<void> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrls.deadLetters,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  for (const { Body, MessageAttributes, ReceiptHandle } of Messages) {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrls.orders,
        MessageBody: Body,
        MessageAttributes: withoutDeadLetterMarks(MessageAttributes),
      }),
    );
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrls.deadLetters, ReceiptHandle }));
    const reason = MessageAttributes?.dead_letter_reason?.StringValue ?? 'received too often';
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
}

const KEPT = ['request_id', 'traceparent'];

function withoutDeadLetterMarks(attributes: Message['MessageAttributes'] = {}) {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => KEPT.includes(name)));
}

async function isEmpty({ sqs, queueUrls }: ChaosSystem): Promise<boolean> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const counts = await Promise.all(
    Object.values(queueUrls).map(async (QueueUrl) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
      );
      return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
    }),
  );
  return counts.every((count) => count === 0);
}
