/** A temporary subscription to the topic of order events. */
import { type SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** Dependencies and names of a subscription. */
export interface SubscriptionOptions {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly topicArn: string;
  /** Name of the queue that is created and deleted again. */
  readonly queueName: string;
  /** Address under which the queue is reached, for emulators that name another one. */
  readonly sqsEndpoint: string | undefined;
}

/** Seconds for which unread events are kept, should the queue outlive the command. */
const RETENTION_SECONDS = '300';

/** A subscribed queue. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #queueUrl: string;
  readonly #subscriptionArn: string;

  private constructor(options: SubscriptionOptions, queueUrl: string, subscriptionArn: string) {
    this.#options = options;
    this.#queueUrl = queueUrl;
    this.#subscriptionArn = subscriptionArn;
  }

  /** Creates the queue and subscribes it. */
  static async open(options: SubscriptionOptions): Promise<Subscription> {
    const { sqs, sns, topicArn, queueName, sqsEndpoint } = options;
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({
        QueueName: queueName,
        Attributes: { MessageRetentionPeriod: RETENTION_SECONDS },
      }),
    );
    const queueUrl = sqsEndpoint ? new URL(new URL(QueueUrl).pathname, sqsEndpoint).href : QueueUrl;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
    );
    const { SubscriptionArn = '' } = await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: Attributes?.QueueArn,
        Attributes: { RawMessageDelivery: 'true' },
        ReturnSubscriptionArn: true,
      }),
    );
    return new Subscription(options, queueUrl, SubscriptionArn);
  }

  /** Waits for up to ten events and returns their bodies. */
  async receive(signal: AbortSignal): Promise<string[]> {
    const { sqs } = this.#options;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: this.#queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
      { abortSignal: signal },
    );
    if (Messages.length > 0)
      await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#queueUrl,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
    return Messages.map(({ Body = '' }) => Body);
  }

  /** Removes the subscription and the queue. */
  async close(): Promise<void> {
    const { sqs, sns } = this.#options;
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: this.#subscriptionArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: this.#queueUrl }));
  }
}
