/** The lean DynamoDB calls against the SDK's own: the same requests, answers and errors. */
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LeanCaller } from '../../src/aws/lean-caller.js';
import type { LeanClient } from '../../src/aws/lean-target.js';
import { toClientConfig } from '../../src/aws-options.js';
import { OPERATIONS, type OperationName } from '../../src/dynamo/operations.js';
import { createDynamo } from '../../src/dynamo/sdk-client.js';
import { type AnsweringServer, startAnsweringServer } from '../aws/answering-server.js';
import { describeConformance, type Kind } from '../aws/conformance.js';
import { toSdkConfig } from '../aws/sdk-config.js';

let server: AnsweringServer;
const clients: DynamoDBClient[] = [];
const environment = { ...process.env };

/* jscpd:ignore-start: the twin of lean-sqs.test.ts, for the other service. */
beforeAll(async () => {
  server = await startAnsweringServer('dynamodb');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_DYNAMODB: server.endpoint,
  });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  process.env = environment;
  await server.stop();
});

/* jscpd:ignore-end */
const OPTIONS = { region: 'us-east-1', maxAttempts: 2, requestTimeoutMs: 400 };

function create(kind: Kind = 'lean'): DynamoDBClient {
  const client = new DynamoDBClient(kind === 'lean' ? toClientConfig(OPTIONS) : toSdkConfig(OPTIONS));
  clients.push(client);
  return client;
}

const COMMANDS = {
  GetItem: GetItemCommand,
  BatchGetItem: BatchGetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  Query: QueryCommand,
} as unknown as Readonly<Record<OperationName, new (input: object) => object>>;

const Key = { order_id: { S: 'o1' } };
const Item = { ...Key, amount: { N: '999' }, items: { L: [{ M: { sku: { S: 'MÜG "1"' } } }] } };
const CASES: readonly [OperationName, object, object][] = [
  ['GetItem', { TableName: 'orders', Key, ConsistentRead: true }, { Item }],
  [
    'BatchGetItem',
    { RequestItems: { orders: { Keys: [Key], ConsistentRead: true } } },
    { Responses: { orders: [Item] }, UnprocessedKeys: {} },
  ],
  [
    'PutItem',
    {
      TableName: 'orders',
      Item,
      ConditionExpression: 'attribute_not_exists(order_id)',
      ReturnConsumedCapacity: 'TOTAL',
    },
    { ConsumedCapacity: { TableName: 'orders', CapacityUnits: 1 } },
  ],
  [
    'UpdateItem',
    {
      TableName: 'orders',
      Key,
      UpdateExpression: 'SET #status = :s',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'COMPLETED' } },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    { Attributes: Item },
  ],
  [
    'Query',
    { TableName: 'orders', IndexName: 'by_user', KeyConditionExpression: 'user_id = :u', Limit: 2 },
    { Items: [Item], Count: 1, ScannedCount: 1, LastEvaluatedKey: Key },
  ],
];

describeConformance(
  () => server,
  CASES.map(([operation, input, answer]) => ({
    operation,
    answer,
    call: (kind, options = undefined) => {
      const client = create(kind);
      if (kind === 'lean')
        return new LeanCaller(client as unknown as LeanClient).call(OPERATIONS[operation], input, options);
      const { send } = client as unknown as { send(command: object, options?: object): Promise<unknown> };
      return send.call(client, new COMMANDS[operation](input), options);
    },
  })),
);

describe('endpoints and credentials', () => {
  const targetOf = async (variables: Record<string, string | undefined>) => {
    const saved = { ...process.env };
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    const hosts: string[] = [];
    const client = create();
    const handler = {
      handle: async ({ protocol, hostname, path }: { protocol: string; hostname: string; path: string }) => {
        hosts.push(`${protocol}//${hostname}${path}`);
        throw Object.assign(new Error('stop'), { name: 'Stop' });
      },
    };
    Object.assign(client.config, { requestHandler: handler });
    const lean = new LeanCaller(client as unknown as LeanClient);
    const input = { TableName: 'orders', Key };
    await expect(client.send(new GetItemCommand(input))).rejects.toThrow('stop');
    await expect(lean.call(OPERATIONS.GetItem, input)).rejects.toThrow('stop');
    process.env = saved;
    return hosts;
  };

  test.each([
    ['of the region', {}, 'https://dynamodb.us-east-1.amazonaws.com/'],
    ['dual-stack', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'https://dynamodb.us-east-1.api.aws/'],
    ['FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://dynamodb-fips.us-east-1.amazonaws.com/'],
    [
      'of the account',
      { AWS_ACCOUNT_ID: '123456789012' },
      'https://123456789012.ddb.us-east-1.amazonaws.com/',
    ],
    ['of all services', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/base' }, 'http://127.0.0.1/base/'],
  ])('the endpoint %s', async (_, variables, expected) => {
    const hosts = await targetOf({ AWS_ENDPOINT_URL_DYNAMODB: undefined, ...variables });
    expect(hosts).toEqual([expected, expected]);
  });

  test('new credentials sign the next call', async () => {
    let accessKeyId = 'FIRST';
    const client = new DynamoDBClient({
      ...toClientConfig(OPTIONS),
      credentials: async () => ({
        accessKeyId,
        secretAccessKey: 's',
        expiration: new Date(Date.now() + 1_000),
      }),
    });
    clients.push(client);
    const lean = new LeanCaller(client as unknown as LeanClient);
    server.answers = [{ status: 200, body: {} }];
    server.requests.length = 0;
    const input = { TableName: 'orders', Key };
    await lean.call(OPERATIONS.GetItem, input);
    accessKeyId = 'SECOND';
    await lean.call(OPERATIONS.GetItem, input);
    const keys = server.requests.map(
      ({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
    );
    expect(keys).toEqual(['FIRST', 'SECOND']);
  });
});

test('a failed condition carries the item that the write met', async () => {
  const dynamo = createDynamo(OPTIONS);
  server.answers = [
    {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
        Item,
      },
    },
  ];
  await expect(dynamo.put({ TableName: 'orders', Item: { order_id: 'o1' } })).rejects.toMatchObject({
    name: 'ConditionFailedError',
    current: { order_id: 'o1', amount: 999, items: [{ sku: 'MÜG "1"' }] },
  });
  dynamo.destroy();
});
