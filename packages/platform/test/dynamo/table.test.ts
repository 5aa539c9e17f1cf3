import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { z } from 'zod';
import type { DynamoClient } from '../../src/dynamo/client.js';
import { ConditionFailedError, MalformedItemError, StoreUnavailableError } from '../../src/dynamo/errors.js';
import { createItemParser } from '../../src/dynamo/parse.js';
import { createDynamo } from '../../src/dynamo/sdk-client.js';
import { type Projection, Table, type TableOptions } from '../../src/dynamo/table.js';
import { closeServer, listen } from '../../src/listen.js';

interface Stock {
  readonly sku: string;
  readonly available?: number;
}

const STOCK: TableOptions<Stock> = {
  name: 'inventory',
  keyName: 'sku',
  parse: createItemParser<Stock>(z.looseObject({ sku: z.string(), available: z.exactOptional(z.int()) })),
};
const SKU: Projection<Pick<Stock, 'sku'>> = {
  attributes: ['sku'],
  parse: createItemParser<Pick<Stock, 'sku'>>(z.object({ sku: z.string() })),
};
const AVAILABLE_1 = {
  update: 'SET #available = :n',
  condition: 'attribute_exists(#sku)',
  values: { ':n': 1 },
};
const OPTIONS = { region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 };

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a table', () => {
  let stack: TestStack;
  let dynamo: DynamoClient;
  let table: Table<Stock>;

  beforeAll(async () => {
    stack = await startTestStack();
    dynamo = createDynamo(OPTIONS);
    table = new Table(dynamo, STOCK);
  });
  afterAll(async () => {
    dynamo.destroy();
    await stack.stop();
  });

  test('creates an item once, and fails with the current item after that', async () => {
    const sku = randomUUID();
    await table.create({ sku, available: 3 });
    const failure = await errorOf(table.create({ sku, available: 4 }));
    expect(failure).toBeInstanceOf(ConditionFailedError);
    expect(failure).toMatchObject({ current: { sku, available: 3 } });
    expect(await table.get(sku)).toEqual({ sku, available: 3 });
  });

  test('updates under a condition, with and without returning the item', async () => {
    const sku = randomUUID();
    await table.create({ sku, available: 3 });
    expect(await table.update(sku, AVAILABLE_1)).toBeUndefined();
    const next = { update: 'SET #n = #n + :two', names: { '#n': 'available' }, values: { ':two': 2 } };
    expect(await table.updateAndGet(sku, next)).toEqual({ sku, available: 3 });
    const refused = errorOf(
      table.update(sku, { ...next, condition: '#n < :limit', values: { ':two': 2, ':limit': 0 } }),
    );
    expect(await refused).toMatchObject({ name: 'ConditionFailedError', current: { sku, available: 3 } });
  });

  test('fails without a current item when there is none', async () => {
    await expect(table.update(randomUUID(), AVAILABLE_1)).rejects.toMatchObject({
      name: 'ConditionFailedError',
      current: undefined,
    });
  });

  test.each([true, false])('reads what there is, consistent %s', async (consistent) => {
    const sku = randomUUID();
    await table.create({ sku });
    expect(await table.get(sku, { consistent })).toEqual({ sku });
    expect(await table.get(randomUUID(), { consistent })).toBeUndefined();
  });

  test('reads many items, leaving out those that do not exist', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await table.create({ sku: a, available: 3 });
    expect(await table.getAll([a, b])).toEqual([{ sku: a, available: 3 }]);
    expect(await table.getAll([a, b], { projection: SKU })).toEqual([{ sku: a }]);
    expect(await table.getAll([b], { consistent: false })).toEqual([]);
    expect(await table.getAll([])).toEqual([]);
  });

  test('names table, key and attribute of an item that does not parse, wherever it is read', async () => {
    const sku = randomUUID();
    await dynamo.put({ TableName: 'inventory', Item: { sku, available: 'three' } });
    const message = `Table inventory, item ${sku}: available: Invalid input: expected number, received string`;
    for (const read of [
      table.get(sku),
      table.getAll([sku]),
      table.create({ sku }),
      table.update(sku, { ...AVAILABLE_1, condition: 'attribute_not_exists(#sku)' }),
      table.updateAndGet(sku, { update: 'SET #seen = :n', values: { ':n': 1 } }),
    ]) {
      const error = await errorOf(read);
      expect(error).toBeInstanceOf(MalformedItemError);
      expect(error).toMatchObject({
        message,
        table: 'inventory',
        key: sku,
        problems: [{ attribute: 'available' }],
      });
    }
    await table.update(sku, AVAILABLE_1);
  });

  test('lists an index page by page, in both directions and within bounds', async () => {
    const orders = new Table(dynamo, {
      name: 'orders',
      keyName: 'order_id',
      parse: createItemParser(z.object({ order_id: z.string() })),
    });
    const user_id = randomUUID();
    const ids = ['a', 'b', 'c'].map((name) => `${name}-${user_id}`);
    for (const [index, order_id] of ids.entries())
      await dynamo.put({
        TableName: 'orders',
        Item: { order_id, user_id, created_at: `2026-01-0${index + 1}` },
      });
    const query = {
      index: 'by_user',
      hashKey: { name: 'user_id', value: user_id },
      projection: { attributes: ['order_id'], parse: ({ order_id }: { order_id?: unknown }) => order_id },
      limit: 2,
    };
    const first = await orders.query(query);
    expect(first.items).toEqual(ids.slice(0, 2));
    const second = await orders.query({ ...query, pageToken: first.nextPageToken });
    expect(second.items).toEqual(ids.slice(2));
    expect((await orders.query({ ...query, descending: true })).items).toEqual([ids[2], ids[1]]);
    const within = (from?: string, to?: string) =>
      orders.query({ ...query, rangeKey: { name: 'created_at', from, to } });
    expect((await within('2026-01-02')).items).toEqual([ids[1], ids[2]]);
    expect((await within(undefined, '2026-01-02')).items).toEqual([ids[0], ids[1]]);
    expect((await within('2026-01-02', '2026-01-02')).items).toEqual([ids[1]]);
    expect((await within()).items).toEqual(ids.slice(0, 2));
  });

  test('scans page by page, and reports malformed items next to the others', async () => {
    const good = `scan-${randomUUID()}`;
    const bad = `scan-${randomUUID()}`;
    await dynamo.put({ TableName: 'inventory', Item: { sku: good, available: 3, mark: good } });
    await dynamo.put({ TableName: 'inventory', Item: { sku: bad, available: 'three', mark: good } });
    const projection = { attributes: ['sku', 'available'], parse: STOCK.parse };
    const scan = { filter: '#mark = :mark', values: { ':mark': good }, projection, limit: 1 };
    const items: Stock[] = [];
    const malformed: string[] = [];
    let pages = 0;
    let readUnits = 0;
    let page = await table.scanPage(scan);
    for (;;) {
      pages += 1;
      items.push(...page.items);
      malformed.push(...page.malformed.map(({ key }) => key));
      readUnits += page.readUnits;
      if (!page.nextPageToken) break;
      page = await table.scanPage({ ...scan, pageToken: page.nextPageToken });
    }
    expect(items).toEqual([{ sku: good, available: 3 }]);
    expect(malformed).toEqual([bad]);
    expect(pages).toBeGreaterThan(1);
    expect(readUnits).toBeGreaterThan(0);
  });

  test('ends a scan whose signal aborts, which is no outage', async () => {
    const scan = { filter: '#sku = :n', values: { ':n': 1 }, projection: SKU, limit: 1 };
    const error = await errorOf(table.scanPage({ ...scan, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  test('its check fails where there is no table', async () => {
    await table.check();
    await expect(new Table(dynamo, { ...STOCK, name: 'nowhere' }).check()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a bug in a call stays what it is', async () => {
    const error = await errorOf(table.update('a', { update: 'SET #n = :n', values: { ':n': Symbol('n') } }));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailableError);
  });
});

describe('a table whose answers are', () => {
  let server: Server;
  let answer: { status: number; body: unknown } | undefined;
  let requests: { target: string; body: Record<string, unknown> }[];
  let dynamo: DynamoClient;
  let table: Table<Stock>;

  beforeEach(async () => {
    requests = [];
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const target = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      requests.push({ target, body: JSON.parse(text) });
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
    dynamo = createDynamo(OPTIONS);
    table = new Table(dynamo, STOCK);
  });
  afterEach(async () => {
    dynamo.destroy();
    await closeServer(server);
  });

  const error = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'test' });

  it.each([
    ['throttling', { status: 400, body: error('ProvisionedThroughputExceededException') }],
    ['server errors', { status: 500, body: error('InternalServerError') }],
    ['cut off', undefined],
  ])('%s is unavailable, and names the table', async (_, given) => {
    answer = given;
    const failure = await errorOf(table.getAll(['a']));
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^Table inventory is unavailable \(\w+/),
    });
    expect(requests).toHaveLength(1);
  });

  test('partial is read again up to the limit, and then unavailable', async () => {
    answer = { status: 200, body: { UnprocessedKeys: { inventory: { Keys: [marshall({ sku: 'b' })] } } } };
    await expect(table.getAll(['a', 'b'])).rejects.toThrow(StoreUnavailableError);
    expect(requests).toHaveLength(8);
    expect(requests[7]?.body).toMatchObject({
      RequestItems: { inventory: { Keys: [{ sku: { S: 'b' } }], ConsistentRead: true } },
    });
    await expect(new Table(dynamo, { ...STOCK, maxBatchReads: 1 }).getAll(['a'])).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(requests).toHaveLength(9);
  });

  test('errors is asked as often as its own options say', async () => {
    answer = { status: 500, body: error('InternalServerError') };
    await expect(new Table(dynamo, { ...STOCK, maxAttempts: 2 }).get('a')).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(requests).toHaveLength(2);
  });

  test('empty has no items', async () => {
    answer = { status: 200, body: {} };
    expect(await table.getAll(['a'])).toEqual([]);
    expect(
      await table.scanPage({ filter: '#a = :a', values: { ':a': 1 }, projection: SKU, limit: 1 }),
    ).toEqual({
      items: [],
      malformed: [],
      readUnits: 0,
    });
  });

  test('a refusal of the request is passed on', async () => {
    answer = { status: 400, body: error('ValidationException') };
    await expect(table.get('a')).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('a failed condition with the item carries that item, and nothing is read', async () => {
    const Item = marshall({ sku: 'a', available: 7 });
    answer = { status: 400, body: { ...error('ConditionalCheckFailedException'), Item } };
    await expect(table.update('a', AVAILABLE_1)).rejects.toMatchObject({
      name: 'ConditionFailedError',
      current: { sku: 'a', available: 7 },
    });
    expect(requests).toMatchObject([
      { target: 'UpdateItem', body: { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    ]);
  });
});
