/** Stock as operators read it and add to it. */
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import type { DynamoClient, Item, ScanRequest } from '@order-pipeline/platform/dynamo/client';
import type { AuditedChange } from '../src/operator/audit.js';
import { CommandError, EXIT } from '../src/operator/exit.js';
import { restock } from '../src/operator/restock.js';
import { listStock, readStock } from '../src/operator/stock.js';
import type { Tools } from '../src/operator/tools.js';

const shard = (sku: string, more: Item = {}): Item => ({ sku, available: 1, sold: 0, holds: {}, ...more });

function createDynamo(items: readonly Item[], pages: readonly (readonly string[])[] = []) {
  const scans: ScanRequest[] = [];
  const batches: number[] = [];
  const named = (sku: unknown) => items.find((item) => item.sku === sku);
  const allNamed = (skus: readonly unknown[]) => items.filter(({ sku }) => skus.includes(sku));
  const dynamo: Pick<DynamoClient, 'get' | 'batchGet' | 'scan'> = {
    get: async ({ Key }) => ({ Item: named(Key.sku) }),
    batchGet: async ({ Keys }) => {
      batches.push(Keys.length);
      return { Items: allNamed(Keys.map(({ sku }) => sku)), UnprocessedKeys: [] };
    },
    scan: async (request) => {
      scans.push(request);
      const page = Number(request.ExclusiveStartKey?.page ?? 0);
      const Items = allNamed(pages[page] ?? []);
      return page + 1 < pages.length ? { Items, LastEvaluatedKey: { page: page + 1 } } : { Items };
    },
  };
  return { dynamo: dynamo as DynamoClient, scans, batches };
}

describe('the stock of a SKU', () => {
  test('is the sum of its shards', async () => {
    const { dynamo } = createDynamo([
      shard('A', { available: 5, sold: 1, unit_price: 250, currency: 'EUR', shards: 3 }),
      shard('A#1', { available: 2, sold: 4, holds: { 'o-1': '2:1.abc', 'o-2': '1:1.def' } }),
      shard('A#2', { available: 0, holds: { 'o-1': '3:1.ghi', 'o-3': 'no token' } }),
    ]);
    expect(await readStock(dynamo, 'stock', 'A')).toEqual({
      sku: 'A',
      available: 7,
      held: 6,
      sold: 5,
      unitPrice: 250,
      currency: 'EUR',
      shards: 3,
      holdingOrders: 3,
    });
  });

  test.each([
    ['has not arrived', { received_seq: 1 }, 6],
    ['has never arrived', {}, 6],
    ['has arrived', { received_seq: 2 }, 2],
  ])('pieces on their way count once: the transfer %s', async (_name, receiver, available) => {
    const { dynamo } = createDynamo([
      shard('A', { shards: 2, transfer: { to: 1, quantity: 4, seq: 2 } }),
      shard('A#1', receiver),
    ]);
    expect(await readStock(dynamo, 'stock', 'A')).toMatchObject({ available });
  });

  test('pieces on their way to a shard that is not there yet count', async () => {
    const { dynamo } = createDynamo([shard('A', { shards: 2, transfer: { to: 1, quantity: 4, seq: 1 } })]);
    expect(await readStock(dynamo, 'stock', 'A')).toMatchObject({ available: 5 });
  });

  test('without a price it costs nothing, and has one shard', async () => {
    const { dynamo, batches } = createDynamo([shard('A')]);
    expect(await readStock(dynamo, 'stock', 'A')).toMatchObject({ unitPrice: 0, currency: '', shards: 1 });
    expect(batches).toEqual([]);
  });

  test('shards are read in batches of 100', async () => {
    const { dynamo, batches } = createDynamo([shard('A', { shards: 202 })]);
    await readStock(dynamo, 'stock', 'A');
    expect(batches).toEqual([100, 100, 1]);
  });

  test.each(['B', 'A#1'])('%s is no SKU', async (sku) => {
    const { dynamo } = createDynamo([shard('A', { shards: 2 }), shard('A#1')]);
    expect(await readStock(dynamo, 'stock', sku)).toBeUndefined();
  });
});

describe('the list', () => {
  const skus = ['B', 'A', 'C'].map((sku) => shard(sku, { unit_price: 1 }));

  test('pages are read until there are enough, and the next list continues', async () => {
    const { dynamo, scans } = createDynamo(skus, [['C'], ['A'], ['B']]);
    const first = await listStock(dynamo, 'stock', 2);
    expect([first.items.map(({ sku }) => sku), first.next]).toEqual([['A', 'C'], { page: 2 }]);
    const last = await listStock(dynamo, 'stock', 2, first.next);
    expect([last.items.map(({ sku }) => sku), last.next]).toEqual([['B'], undefined]);
    expect(scans.map(({ ExclusiveStartKey }) => ExclusiveStartKey)).toEqual([
      undefined,
      { page: 1 },
      { page: 2 },
    ]);
  });

  test('a page is in the order of the SKUs', async () => {
    const { dynamo } = createDynamo(skus, [['A', 'B', 'C']]);
    const { items } = await listStock(dynamo, 'stock', 9);
    expect(items.map(({ sku }) => sku)).toEqual(['A', 'B', 'C']);
  });

  test.each([
    [1, 100],
    [200, 200],
    [9_999, 500],
  ])('of up to %s SKUs looks at %s items at once', async (limit, looked) => {
    const { dynamo, scans } = createDynamo([]);
    await listStock(dynamo, 'stock', limit);
    expect(scans).toMatchObject([{ Limit: looked }]);
  });
});

describe('a delivery', () => {
  const delivery = { sku: 'A', quantity: 5, deliveryId: 'd-1' };

  function createTools(answer: () => unknown, dryRun = false) {
    const requests: unknown[] = [];
    const audited: AuditedChange[] = [];
    const client = {
      restock: async (request: unknown) => {
        requests.push(request);
        return answer();
      },
    };
    const tools = {
      scoring: { inventory: { client } },
      audit: (change: AuditedChange) => audited.push(change),
      dryRun,
      config: { inventoryUrl: 'http://stock:1', stage: 'prod' },
    } as unknown as Tools;
    return { tools, requests, audited };
  }

  test.each([
    [delivery, { sku: 'A', quantity: 5n, deliveryId: 'd-1' }],
    [
      { ...delivery, quantity: 0, unitPrice: 0, currency: 'EUR' },
      { sku: 'A', quantity: 0n, deliveryId: 'd-1', unitPrice: 0n, currency: 'EUR' },
    ],
  ])('%j is sent on, and noted', async (given, request) => {
    const { tools, requests, audited } = createTools(() => ({ stock: { sku: 'A', available: 9n } }));
    expect(await restock(tools, given)).toEqual({ sku: 'A', available: 9n });
    expect(requests).toEqual([request]);
    expect(audited).toMatchObject([{ action: 'stock.restock', delivery_id: 'd-1', result: 'done' }]);
  });

  test('a dry run changes nothing', async () => {
    const { tools, requests, audited } = createTools(() => undefined, true);
    expect(await restock(tools, delivery)).toBeUndefined();
    expect([requests, audited]).toEqual([[], [expect.objectContaining({ result: 'dry-run', quantity: 5 })]]);
  });

  test.each<[Code, number, string]>([
    [Code.NotFound, EXIT.notFound, 'the price list has no SKU A: give its price to add it'],
    [Code.InvalidArgument, EXIT.failed, 'refused'],
    [Code.FailedPrecondition, EXIT.failed, 'refused'],
    [Code.Unavailable, EXIT.unavailable, 'cannot reach inventory at http://stock:1 (INVENTORY_URL)'],
  ])('code %s ends with exit code %s', async (code, exitCode, message) => {
    const { tools, audited } = createTools(() => {
      throw new ConnectError('refused', code);
    });
    const error = await restock(tools, delivery).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode, message: expect.stringContaining(message) });
    expect(audited).toMatchObject([{ result: 'error', error: expect.stringContaining('refused') }]);
  });

  test('an error of our own stays as it is', async () => {
    const { tools } = createTools(() => {
      throw new TypeError('a mistake');
    });
    await expect(restock(tools, delivery)).rejects.toThrow(new TypeError('a mistake'));
  });
});
