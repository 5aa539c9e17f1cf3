import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { createDynamo } from '@order-pipeline/platform/aws';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import { Unavailable } from '../src/errors.js';
import { ConditionFailed, Table } from '../src/table.js';
import { useStack } from './support.js';

interface Item {
  readonly sku: string;
  readonly available?: number;
}

const write = { update: 'SET available = :n', condition: 'attribute_exists(sku)', values: { ':n': 1 } };

describe('a table', () => {
  const use = useStack();
  const open = (client = use.dynamo) => new Table<Item>(client, 'inventory', 'sku');

  test('creates an item once, and says what stands in the way', async () => {
    const sku = randomUUID();
    await open().create({ sku, available: 3 });
    const failure = await open()
      .create({ sku, available: 4 })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConditionFailed);
    expect(failure).toMatchObject({ standing: { sku, available: 3 } });
  });

  test('says that nothing stands in the way of an update', async () => {
    await expect(open().update(randomUUID(), write)).rejects.toMatchObject({
      name: 'ConditionFailed',
      standing: undefined,
    });
  });

  test('reads many items, leaving out those that do not exist', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await open().create({ sku: a, available: 3 });
    expect(await open().getAll([a, b], ['sku'])).toEqual([{ sku: a }]);
    expect(await open().getAll([b], ['sku'])).toEqual([]);
  });

  test('its check fails where there is no table', async () => {
    await open().check();
    await expect(new Table<Item>(use.dynamo, 'nowhere', 'sku').check()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a bug in a call stays what it is', async () => {
    const bug = DynamoDBDocumentClient.from(use.dynamo);
    await expect(open(bug).get(undefined as never)).rejects.not.toBeInstanceOf(Unavailable);
  });
});

describe('a table whose answers are', () => {
  let server: Server;
  let answer: { status: number; body: unknown } | undefined;
  let table: Table<Item>;

  beforeEach(async () => {
    server = createServer((_, response) => {
      if (!answer) response.destroy();
      else response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer?.body));
    });
    const port = await listen(server, 0, 'PORT');
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    });
    const client = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
    table = new Table<Item>(client, 'inventory', 'sku');
  });
  afterEach(() => closeServer(server));

  const error = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'test' });

  it.each([
    ['throttling', { status: 400, body: error('ProvisionedThroughputExceededException') }],
    ['server errors', { status: 500, body: error('InternalServerError') }],
    ['cut off', undefined],
    [
      'partial',
      { status: 200, body: { UnprocessedKeys: { inventory: { Keys: [marshall({ sku: 'a' })] } } } },
    ],
  ])('%s is unavailable', async (_, given) => {
    answer = given;
    await expect(table.getAll(['a'], ['sku'])).rejects.toThrow(Unavailable);
  });

  test('empty has no items', async () => {
    answer = { status: 200, body: {} };
    expect(await table.getAll(['a'], ['sku'])).toEqual([]);
  });

  test('a refusal of the request is passed on', async () => {
    answer = { status: 400, body: error('ValidationException') };
    await expect(table.get('a')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a failed condition with the item carries that item', async () => {
    const Item = marshall({ sku: 'a', available: 7 });
    answer = { status: 400, body: { ...error('ConditionalCheckFailedException'), Item } };
    await expect(table.update('a', write)).rejects.toMatchObject({ standing: { sku: 'a', available: 7 } });
  });
});
