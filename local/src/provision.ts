/** Creates the queues, topics and tables of packages/contracts in any SQS, SNS and DynamoDB that the AWS SDK reaches. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { QUEUES, type QueueShape } from '@order-pipeline/contracts/queues';
import { TABLES, type TableShape } from '@order-pipeline/contracts/tables';
import { SUBSCRIPTIONS, type SubscriptionShape, TOPICS } from '@order-pipeline/contracts/topics';

/** The DynamoDB call that creates a table of this shape. */
export function toCreateTableInput(shape: TableShape): CreateTableCommandInput {
  const keys = [shape.hashKey, ...shape.indexes.flatMap(({ hashKey, rangeKey }) => [hashKey, rangeKey])];
  return {
    TableName: shape.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: [{ AttributeName: shape.hashKey.name, KeyType: 'HASH' }],
    ...(shape.indexes.length > 0 && {
      GlobalSecondaryIndexes: shape.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: [
          { AttributeName: index.hashKey.name, KeyType: 'HASH' as const },
          { AttributeName: index.rangeKey.name, KeyType: 'RANGE' as const },
        ],
        Projection: { ProjectionType: index.projection },
      })),
    }),
  };
}

/** In seconds. AWS takes some ten of them for a new table. */
const TABLE_WAIT = { minDelay: 0.05, maxDelay: 2, maxWaitTime: 60 };

/** Creates every table that is not there yet, and waits until all can be used. */
export async function createTables(dynamo: DynamoDBClient): Promise<void> {
  await Promise.all(
    TABLES.map(async (shape) => {
      try {
        await dynamo.send(new CreateTableCommand(toCreateTableInput(shape)));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      await waitUntilTableExists({ client: dynamo, ...TABLE_WAIT }, { TableName: shape.name });
    }),
  );
}

/** The SQS attributes of a queue of this shape. */
export function toQueueAttributes(shape: QueueShape, deadLetterArn?: string): Record<string, string> {
  return {
    VisibilityTimeout: String(shape.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(shape.messageRetentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(shape.receiveWaitTimeSeconds),
    ...(shape.redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: deadLetterArn,
        maxReceiveCount: shape.redrive.maxReceiveCount,
      }),
    }),
  };
}

/** Creates the queues that do not exist yet and returns their URLs by name, on the host of `endpoint`. */
export async function createQueues(sqs: SQSClient, endpoint: string): Promise<Record<string, string>> {
  const urls: Record<string, string> = {};
  const arns: Record<string, string> = {};
  for (const shape of QUEUES) {
    const deadLetterArn = shape.redrive && arns[shape.redrive.deadLetterQueue];
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({
        QueueName: shape.name,
        Attributes: toQueueAttributes(shape, deadLetterArn),
      }),
    );
    const url = new URL(new URL(QueueUrl ?? '').pathname, endpoint).href;
    urls[shape.name] = url;
    arns[shape.name] = await arnOf(sqs, url);
  }
  return urls;
}

/** Creates every topic that does not exist yet, subscribes its queues to it, and returns the topics' ARNs by name. */
export async function createTopics(
  sns: SNSClient,
  sqs: SQSClient,
  queueUrls: Readonly<Record<string, string>>,
  subscriptions: readonly SubscriptionShape[] = SUBSCRIPTIONS,
): Promise<Record<string, string>> {
  const arns: Record<string, string> = {};
  for (const { name } of TOPICS) {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    arns[name] = TopicArn;
  }
  for (const { topic, queue } of subscriptions) {
    await sns.send(
      new SubscribeCommand({
        TopicArn: arns[topic],
        Protocol: 'sqs',
        Endpoint: await arnOf(sqs, queueUrls[queue] ?? ''),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
  }
  return arns;
}

async function arnOf(sqs: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}
