/** Orders are accepted at prices that are at most a second old, and rejected by current ones only. */
import { randomUUID } from 'node:crypto';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { InventoryService, ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { systemClock } from '@order-pipeline/platform/clock';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { createInventory } from '../src/inventory/create.js';
import type { Price, Shard } from '../src/inventory/decide.js';
import { RECENT_MS, RecentPrices } from '../src/inventory/recent-prices.js';
import { createInventoryStore, INVENTORY } from './inventory-store.js';
import { LATER, logger, newTryId, useStack } from './support.js';

const use = useStack();

describe('recent prices', () => {
  const price: Price = { sku: 'MUG', unit_price: 100, currency: 'USD', shards: 1 };

  test('are returned for a second after they were asked for', () => {
    let nowMs = 0;
    const recent = new RecentPrices(() => nowMs);
    expect(recent.get('MUG')).toBeUndefined();
    nowMs = 400;
    recent.set([price], 100);
    nowMs = 99 + RECENT_MS;
    expect(recent.get('MUG')).toBe(price);
    nowMs = 100 + RECENT_MS;
    expect(recent.get('MUG')).toBeUndefined();
  });

  test('are forgotten when they are deleted', () => {
    const recent = new RecentPrices(() => 0);
    recent.set([price], 0);
    recent.delete('MUG');
    expect(recent.get('MUG')).toBeUndefined();
  });
});

describe('Reserve', () => {
  function serve() {
    const { rpc } = createInventory(
      { table: 'inventory' },
      { dynamo: use.dynamo, registry: createRegistry(), logger, clock: systemClock, newTryId },
    );
    const transport = createRouterTransport(({ service }) => service(rpc.service, rpc.implementation));
    return createClient(InventoryService, transport);
  }

  let client: ReturnType<typeof serve>;
  let other: ReturnType<typeof serve>;
  let sku: string;

  const reserve = async (amount: number, attempt = 1) => {
    const lines = [{ sku, quantity: 1 }];
    const order = {
      orderId: randomUUID(),
      lines,
      amount: BigInt(amount),
      currency: 'USD',
      notAfter: LATER,
      attempt,
    };
    return ReserveOutcome[(await client.reserve(order)).outcome];
  };
  const restock = (by: typeof client, unitPrice: number) =>
    by.restock({ sku, quantity: 10n, unitPrice: BigInt(unitPrice), deliveryId: randomUUID() });

  beforeEach(async () => {
    client = serve();
    other = serve();
    sku = randomUUID();
    await restock(other, 100);
    expect(await reserve(100)).toBe('RESERVED');
  });

  test('accepts a price that another process has just set, though it remembers the one before', async () => {
    await restock(other, 200);
    expect(await reserve(200)).toBe('RESERVED');
  });

  test('judges a repeated attempt by the current price', async () => {
    await restock(other, 200);
    expect(await reserve(100, 2)).toBe('AMOUNT_MISMATCH');
  });

  test('takes a price that this process has set at once', async () => {
    await restock(client, 200);
    expect(await reserve(100)).toBe('AMOUNT_MISMATCH');
  });

  test('reads the price list once for the orders of a second, and again when it has to be current', async () => {
    let reads = 0;
    class CountingTable extends Table<Shard> {
      override getAll(...args: Parameters<Table<Shard>['getAll']>) {
        reads += 1;
        return super.getAll(...args);
      }
    }
    const store = createInventoryStore(use.dynamo, new CountingTable(use.dynamo, INVENTORY));
    const prices = async (age: 'recent' | 'current', skus = [sku]) => [
      ...(await store.prices(skus, age)).keys(),
    ];
    expect(await prices('recent')).toEqual([sku]);
    expect(await prices('recent')).toEqual([sku]);
    expect(reads).toBe(1);
    expect(await prices('current')).toEqual([sku]);
    expect(reads).toBe(2);
    expect(await prices('recent', ['unknown'])).toEqual([]);
    expect(await prices('recent', ['unknown'])).toEqual([]);
    expect(reads).toBe(4);
  });
});
