/** The AWS calls that every order makes, as the services make them. */
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DynamoClient, Item } from '@order-pipeline/platform/dynamo/client';

const KEY = { order_id: '0d1c2b3a-4f5e-4d6c-8b7a-9c8d7e6f5a4b' };
const ITEM = {
  ...KEY,
  user_id: 'user-1',
  status: 'PROCESSING',
  amount: 1_250,
  currency: 'USD',
  items: [{ sku: 'BENCH-000', quantity: 1 }],
  attempt: 1,
  lease_until: 1_893_456_000_000,
  created_at: '2030-01-01T00:00:00.000Z',
  updated_at: '2030-01-01T00:00:00.000Z',
};
const GET = { TableName: 'orders', Key: KEY, ConsistentRead: true };
const CONDITION = 'attribute_not_exists(#status) OR #lease_until < :now';
const UPDATE = {
  TableName: 'orders',
  Key: KEY,
  UpdateExpression: 'SET #status = :status, #items = :items, #lease_until = :until ADD #attempt :one',
  ConditionExpression: CONDITION,
  ExpressionAttributeNames: {
    '#status': 'status',
    '#items': 'items',
    '#lease_until': 'lease_until',
    '#attempt': 'attempt',
  },
  ExpressionAttributeValues: {
    ':status': 'PROCESSING',
    ':items': ITEM.items,
    ':until': 1_893_456_000_000,
    ':now': 1_893_456_000_000,
    ':one': 1,
  } as Item,
  ReturnValues: 'ALL_NEW' as const,
};
const PUT = {
  TableName: 'orders',
  Item: ITEM,
  ConditionExpression: 'attribute_not_exists(#order_id)',
  ExpressionAttributeNames: { '#order_id': 'order_id' },
};
const KEYS = [{ sku: 'BENCH-000' }, { sku: 'BENCH-001' }];
const WRITE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

/** DynamoDB through the layer that services use. */
export function toLayerCalls(client: DynamoClient): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    GetItem: () => client.get(GET),
    BatchGetItem: () => client.batchGet({ TableName: 'inventory', Keys: KEYS, ConsistentRead: true }),
    UpdateItem: () => client.update(UPDATE),
    PutItem: () => client.put(PUT),
  };
}

/** The same calls through the SDK's document client. */
export function toSdkCalls(client: DynamoDBDocumentClient): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    GetItem: () => client.send(new GetCommand(GET)),
    BatchGetItem: () =>
      client.send(new BatchGetCommand({ RequestItems: { inventory: { Keys: KEYS, ConsistentRead: true } } })),
    UpdateItem: () => client.send(new UpdateCommand({ ...UPDATE, ...WRITE })),
    PutItem: () => client.send(new PutCommand({ ...PUT, ...WRITE })),
  };
}

const TEN = Array.from({ length: 10 }, (_, index) => String(index));
const BODY = JSON.stringify({ orderId: KEY.order_id, userId: 'user-1', amount: '1250', currency: 'USD' });
const ATTRIBUTES = { request_id: { DataType: 'String', StringValue: KEY.order_id } };

/** Calls of SQS with ten messages each. */
export function toQueueCalls(
  sqs: SQSClient,
  endpoint: string,
): Readonly<Record<string, () => Promise<unknown>>> {
  const QueueUrl = `${endpoint}/000000000000/order-queue`;
  return {
    'SendMessageBatch of ten': () =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: TEN.map((Id) => ({
            Id,
            MessageBody: BODY,
            MessageGroupId: 'user-1',
            MessageAttributes: ATTRIBUTES,
          })),
        }),
      ),
    'ReceiveMessage of ten': () =>
      sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      ),
    'DeleteMessageBatch of ten': () =>
      sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl,
          Entries: TEN.map((Id) => ({ Id, ReceiptHandle: KEY.order_id })),
        }),
      ),
  };
}

const WIRE_ITEM = {
  order_id: { S: KEY.order_id },
  user_id: { S: 'user-1' },
  status: { S: 'PROCESSING' },
  amount: { N: '1250' },
  currency: { S: 'USD' },
  items: { L: [{ M: { sku: { S: 'BENCH-000' }, quantity: { N: '1' } } }] },
  attempt: { N: '1' },
  lease_until: { N: '1893456000000' },
  created_at: { S: ITEM.created_at },
  updated_at: { S: ITEM.updated_at },
};

/** Responses of the server, by operation. */
export const ANSWERS: Readonly<Record<string, string>> = {
  GetItem: JSON.stringify({ Item: WIRE_ITEM }),
  BatchGetItem: JSON.stringify({ Responses: { inventory: [WIRE_ITEM, WIRE_ITEM] }, UnprocessedKeys: {} }),
  UpdateItem: JSON.stringify({ Attributes: WIRE_ITEM }),
  PutItem: '{}',
  SendMessageBatch: JSON.stringify({
    Successful: TEN.map((Id) => ({ Id, MessageId: KEY.order_id, MD5OfMessageBody: '0'.repeat(32) })),
  }),
  ReceiveMessage: JSON.stringify({
    Messages: TEN.map((Id) => ({
      MessageId: Id,
      ReceiptHandle: KEY.order_id,
      MD5OfBody: '0'.repeat(32),
      Body: BODY,
      MessageAttributes: ATTRIBUTES,
    })),
  }),
  DeleteMessageBatch: JSON.stringify({ Successful: TEN.map((Id) => ({ Id })) }),
};
