/** A subscriber of the topic: a queue of its own, and every event that it received. */

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { parseOrderEvent } from '@order-pipeline/contracts/order-events';
import { ORDER_EVENTS_TOPIC } from '@order-pipeline/contracts/topics';
import { createTopics } from '@order-pipeline/local/provision';
import { createSns } from '@order-pipeline/platform/aws';
import type { PublishedEvent } from './history.js';

const QUEUE = 'chaos-events';

/** Receives the events of a run. */
export class Subscriber {
  /** Events so far, each as often as it was published. */
  readonly events: PublishedEvent[] = [];
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #stopped = new AbortController();
  readonly #receiving: Promise<void>;

  /** Begins to receive. */
  constructor(sqs: SQSClient, queueUrl: string) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#receiving = this.#receive();
  }

  /** Stops receiving. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#receiving;
  }

  async #receive(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const command = new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      });
      const { Messages = [] } = await this.#sqs
        .send(command, { abortSignal: signal })
        .catch(() => ({}) as Received);
      for (const { Body = '' } of Messages) {
        const { id, type, subject } = parseOrderEvent(Body);
        this.events.push({ id, type, subject });
      }
      if (Messages.length === 0) continue;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries }));
    }
  }
}

interface Received {
  readonly Messages?: readonly { readonly Body?: string; readonly ReceiptHandle?: string }[];
}

/** A queue that receives the events. */
export interface Subscription {
  /** ARNs of the topics by name. */
  readonly arns: Readonly<Record<string, string>>;
  readonly queueUrl: string;
}

/** Subscribes a queue of the SQS at `endpoint` to the topic. */
export async function subscribe(sqs: SQSClient, endpoint: string): Promise<Subscription> {
  const sns = createSns({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 });
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
    const queueUrl = `${endpoint}/000000000000/${QUEUE}`;
    const subscription = { topic: ORDER_EVENTS_TOPIC.name, queue: QUEUE };
    return { arns: await createTopics(sns, sqs, { [QUEUE]: queueUrl }, [subscription]), queueUrl };
  } finally {
    sns.destroy();
  }
}
