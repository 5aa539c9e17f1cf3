import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { ORDERS_TABLE, USERS_TABLE } from '@order-pipeline/contracts/tables';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { createQueues, createTables, toCreateTableInput } from '../src/provision.js';
import { startTestStack } from '../src/test-stack.js';

test('creates nothing twice', async () => {
  const stack = await startTestStack();
  const client = { region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 };
  const sqs = createSqs(client);
  const dynamo = createDynamoSdk(client);
  const before = [await sqs.send(new ListQueuesCommand({})), await dynamo.send(new ListTablesCommand({}))];
  const urls = await createQueues(sqs, stack.sqs.endpoint);
  await createTables(dynamo);
  expect(urls['order-queue']).toBe(stack.env.SQS_QUEUE_URL);
  expect(urls['order-dlq']).toBe(stack.env.SQS_DLQ_URL);
  const after = [await sqs.send(new ListQueuesCommand({})), await dynamo.send(new ListTablesCommand({}))];
  const names = (lists: object[]) => lists.map((list) => ({ ...list, $metadata: undefined }));
  expect(names(after)).toEqual(names(before));
  sqs.destroy();
  dynamo.destroy();
  await stack.stop();
  await expect(createTables(createDynamoSdk(client))).rejects.toThrow('ECONNREFUSED');
});

test('a table has its key, and its indexes if there are any', () => {
  expect(toCreateTableInput(USERS_TABLE)).toEqual({
    TableName: 'users',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'user_id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'user_id', KeyType: 'HASH' }],
  });
  expect(toCreateTableInput(ORDERS_TABLE)).toMatchObject({
    AttributeDefinitions: [
      { AttributeName: 'order_id', AttributeType: 'S' },
      { AttributeName: 'user_id', AttributeType: 'S' },
      { AttributeName: 'created_at', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by_user',
        KeySchema: [
          { AttributeName: 'user_id', KeyType: 'HASH' },
          { AttributeName: 'created_at', KeyType: 'RANGE' },
        ],
      },
    ],
  });
});
