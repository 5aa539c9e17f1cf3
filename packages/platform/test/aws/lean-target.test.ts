/** Targets of calls: the endpoint rules of the SDK are asked once for each resource and set of credentials. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { type LeanClient, TargetResolver } from '../../src/aws/lean-target.js';
import type { LeanOperation } from '../../src/aws/operation.js';

const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const get = { command: GetItemCommand } as unknown as LeanOperation;
const send = { command: SendMessageCommand } as unknown as LeanOperation;
const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/000000000000/order-queue';

function resolverOf(
  client: DynamoDBClient | SQSClient,
  credentials: () => Promise<typeof KEY> = async () => KEY,
) {
  const { config } = client;
  return new TargetResolver({ config: { ...config, credentials } } as unknown as LeanClient);
}

const dynamo = (endpoint?: string) =>
  new DynamoDBClient({ region: 'eu-central-1', credentials: KEY, ...(endpoint && { endpoint }) });

test('a table is at the endpoint of its region', async () => {
  const target = await resolverOf(dynamo()).resolve(get, { TableName: 'orders' });
  expect(target).toMatchObject({
    protocol: 'https:',
    hostname: 'dynamodb.eu-central-1.amazonaws.com',
    path: '/',
  });
  expect(target.port).toBeUndefined();
});

test('an endpoint of its own keeps its port and its path', async () => {
  const target = await resolverOf(dynamo('http://127.0.0.1:4567/db')).resolve(get, { TableName: 'orders' });
  expect(target).toMatchObject({ protocol: 'http:', hostname: '127.0.0.1', port: 4567, path: '/db/' });
});

test('a queue is at the host of its URL, unless the client has an endpoint of its own', async () => {
  const sqs = (endpoint?: string) =>
    new SQSClient({ region: 'us-east-1', credentials: KEY, ...(endpoint && { endpoint }) });
  const target = await resolverOf(sqs()).resolve(send, { QueueUrl });
  expect(target).toMatchObject({ hostname: 'sqs.eu-central-1.amazonaws.com', path: '/' });
  const own = await resolverOf(sqs('http://127.0.0.1:4566')).resolve(send, { QueueUrl });
  expect(own).toMatchObject({ hostname: '127.0.0.1', port: 4566 });
});

test('is remembered by table, also of a batch, until the credentials change', async () => {
  let credentials = KEY;
  const resolver = resolverOf(dynamo(), async () => credentials);
  const first = await resolver.resolve(get, { TableName: 'orders' });
  expect(await resolver.resolve(get, { RequestItems: { orders: {} } })).toBe(first);
  expect(await resolver.resolve(get, { TableName: 'payments' })).not.toBe(first);
  expect(await resolver.resolve(get, { TableName: 'orders' })).toBe(first);
  credentials = { ...KEY };
  expect(await resolver.resolve(get, { TableName: 'orders' })).not.toBe(first);
});

test('the oldest of more than a hundred is forgotten', async () => {
  const resolver = resolverOf(dynamo());
  const first = await resolver.resolve(get, { TableName: 'table-0' });
  for (let n = 1; n < 100; n += 1) await resolver.resolve(get, { TableName: `table-${n}` });
  expect(await resolver.resolve(get, { TableName: 'table-0' })).toBe(first);
  await resolver.resolve(get, { TableName: 'table-100' });
  expect(await resolver.resolve(get, { TableName: 'table-0' })).not.toBe(first);
});
