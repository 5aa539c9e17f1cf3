import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { startTestStack, type TestStack } from '../src/test-stack.js';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack.stop());

const client = { region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 2_000 };

test('creates the order queue with its dead-letter queue', async () => {
  const sqs = createSqs(client);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.env.SQS_QUEUE_URL, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '30',
    MessageRetentionPeriod: '1209600',
    ReceiveMessageWaitTimeSeconds: '20',
  });
  expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:order-dlq',
    maxReceiveCount: 5,
  });
});

test('creates the orders table with its index by user', async () => {
  const dynamo = createDynamoSdk(client);
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: 'orders' }));
  expect(Table?.KeySchema).toEqual([{ AttributeName: 'order_id', KeyType: 'HASH' }]);
  expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({
    IndexName: 'by_user',
    Projection: { ProjectionType: 'KEYS_ONLY' },
  });
});
