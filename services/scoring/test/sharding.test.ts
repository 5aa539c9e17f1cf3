/** Stock that is spread over shards: what it costs, that the last pieces can be bought, and that no fault makes or loses any. */
import { randomUUID } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { type Hold, piecesOf, shardKey } from '@order-pipeline/contracts/stock';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { type ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import fc from 'fast-check';
import { HOLDS_MAX } from '../src/inventory/decide/shards.js';
import { type Shard, type StockTotals, totalStock } from '../src/inventory/decide.js';
import type { Stock } from '../src/inventory/shard-reader.js';
import type { InventoryStore } from '../src/inventory/store.js';
import { createInventoryStore, INVENTORY } from './inventory-store.js';
import { newTryId, useStack } from './support.js';

jest.setTimeout(120_000);

const use = useStack();

const createStore = (shards?: Table<Shard>) => createInventoryStore(use.dynamo, shards);

async function stock(quantity: number): Promise<string> {
  const sku = `S-${randomUUID().slice(0, 8)}`;
  await createStore().restock({ sku, quantity, deliveryId: 'first', price: { unitPrice: 100 } });
  return sku;
}

async function find(sku: string): Promise<Stock> {
  const found = await createStore().find(sku);
  if (!found) throw new Error(`${sku} is not in the price list`);
  return found;
}

async function totals(sku: string): Promise<StockTotals> {
  return totalStock((await find(sku)).shards);
}

async function hold(
  store: InventoryStore,
  sku: string,
  quantity: number,
  orderId: string = randomUUID(),
  attempt = 1,
) {
  const call = { orderId, attempt, tryId: newTryId(), permit: () => undefined };
  const { refused, holds } = await store.hold(
    [{ sku, quantity }],
    await store.prices([sku], 'current'),
    call,
  );
  return { orderId, outcome: refused?.outcome ?? 'held', holds };
}

const piecesIn = (holds: readonly Hold[]) => holds.reduce((sum, { quantity }) => sum + quantity, 0);

describe('many open holds', () => {
  test('spread over shards whose items stay below 1 KB', async () => {
    const sku = await stock(1_000);
    const store = createStore();
    for (let batch = 0; batch < 10; batch += 1) {
      const held = await Promise.all(Array.from({ length: 20 }, () => hold(store, sku, 1)));
      expect(held.every(({ outcome }) => outcome === 'held')).toBe(true);
    }
    const { root, shards } = await find(sku);
    expect(root.shards).toBeGreaterThanOrEqual(200 / HOLDS_MAX);
    expect(root.shards).toBeLessThanOrEqual(128);
    for (const { item } of shards) {
      expect(Object.keys(item.holds).length).toBeLessThanOrEqual(HOLDS_MAX);
      // JSON is a little longer than what DynamoDB counts.
      expect(JSON.stringify(item).length).toBeLessThan(1_024);
    }
    expect(await totals(sku)).toEqual({ available: 800, held: 200, sold: 0 });
  });

  test('the last pieces are sold, in parts where no shard has enough', async () => {
    const sku = await stock(60);
    const store = createStore();
    const singles = [];
    for (let order = 0; order < 40; order += 1) singles.push(await hold(store, sku, 1));
    expect((await find(sku)).root.shards).toBeGreaterThan(1);
    const rest = await hold(store, sku, 20);
    expect(rest.outcome).toBe('held');
    expect(rest.holds.length).toBeGreaterThan(1);
    expect(piecesIn(rest.holds)).toBe(20);
    expect(await hold(store, sku, 1)).toMatchObject({ outcome: 'short', holds: [] });
    for (const { orderId, holds } of [...singles, rest])
      expect(await store.confirm(orderId, holds)).toMatchObject({ sold: holds, missing: [] });
    expect(await totals(sku)).toEqual({ available: 0, held: 0, sold: 60 });
  });

  test('a delivery reaches every shard', async () => {
    const sku = await stock(40);
    const store = createStore();
    const first = [];
    for (let order = 0; order < 40; order += 1) first.push(await hold(store, sku, 1));
    for (const { orderId, holds } of first) await store.confirm(orderId, holds);
    expect(await hold(store, sku, 1)).toMatchObject({ outcome: 'short' });
    await store.restock({ sku, quantity: 500, deliveryId: 'second' });
    const next = await Promise.all(Array.from({ length: 30 }, () => hold(store, sku, 2)));
    expect(next.every(({ outcome }) => outcome === 'held')).toBe(true);
    const { shards } = await find(sku);
    expect(shards.filter(({ item }) => item.available > 0).length).toBeGreaterThan(1);
    expect(await totals(sku)).toEqual({ available: 440, held: 60, sold: 40 });
  });

  test('a later attempt counts on what an earlier one holds at any shard', async () => {
    const sku = await stock(100);
    const store = createStore();
    const orderId = randomUUID();
    const before = await hold(store, sku, 3, orderId, 1);
    for (let order = 0; order < 40; order += 1) await hold(store, sku, 1);
    expect((await find(sku)).root.shards).toBeGreaterThan(1);
    expect(await hold(store, sku, 3, orderId, 2)).toEqual(before);
  });
});

/** A table that loses responses, and carries out some writes only later, as networks do. */
class UnreliableTable extends Table<Shard> {
  readonly #late: (() => Promise<void>)[] = [];
  readonly #next: () => 'done' | 'lost' | 'late' | 'refused';

  constructor(next: () => 'done' | 'lost' | 'late' | 'refused') {
    super(use.dynamo, INVENTORY);
    this.#next = next;
  }

  override async update(key: string, write: ConditionalUpdate): Promise<void> {
    const fate = this.#next();
    if (fate === 'refused') throw new StoreUnavailableError('refused');
    if (fate === 'late') this.#late.push(() => super.update(key, write));
    if (fate === 'done' || fate === 'lost') await super.update(key, write);
    if (fate !== 'done') throw new StoreUnavailableError(fate);
  }

  /** Executes the writes whose callers have long timed out. */
  async arrive(): Promise<void> {
    for (const write of this.#late.splice(0)) await write().catch(() => undefined);
  }
}

test('no piece is created or lost when responses are lost and writes are late, and only confirmed pieces are sold', async () => {
  const fates = fc.infiniteStream(
    fc.constantFrom<'done' | 'lost' | 'late' | 'refused'>(
      'done',
      'done',
      'done',
      'done',
      'lost',
      'late',
      'refused',
    ),
  );
  const orders = fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 5 }),
      fate: fc.constantFrom('confirm', 'confirm', 'release'),
    }),
    { minLength: 20, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fates, orders, fc.nat(2), async (stream, wishes, arriveEvery) => {
      const table = new UnreliableTable(() => stream.next().value ?? 'done');
      const store = createStore(table);
      const sku = await stock(70);
      const recorded = new Map<string, readonly Hold[]>();
      let wanted = 0;
      const serve = async ({ quantity, fate }: { quantity: number; fate: string }, index: number) => {
        const orderId = randomUUID();
        const outcome = await untilAnswered(() => hold(store, sku, quantity, orderId));
        if (index % (arriveEvery + 1) === 0) await table.arrive();
        if (outcome.outcome === 'held' && fate === 'confirm') {
          wanted += quantity;
          recorded.set(orderId, outcome.holds);
          // Repeated, as after a lost response.
          await untilAnswered(() => store.confirm(orderId, outcome.holds));
          await untilAnswered(() => store.confirm(orderId, outcome.holds));
        } else await untilAnswered(async () => store.release(orderId, await store.holdsOf([sku], orderId)));
      };
      await Promise.all(wishes.map(serve));
      await table.arrive();
      // As the reconciler does: the remaining holds belong to no order.
      const { shards } = await find(sku);
      for (const { shard, item } of shards)
        for (const [orderId, token] of Object.entries(item.holds)) {
          const stray = { sku, shard, token, quantity: piecesOf(token) };
          const counted = recorded.get(orderId) ?? [];
          expect(counted.some((one) => one.shard === shard && one.token === token)).toBe(false);
          await createStore().release(orderId, [stray]);
        }
      expect(await totals(sku)).toEqual({ available: 70 - wanted, held: 0, sold: wanted });
    }),
    { numRuns: 15 },
  );
});

/** Repeats a call that got no response, as the processor does. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== 'StoreUnavailableError' && (error as Error).name !== 'UnavailableError')
        throw error;
    }
  }
}

describe('a transfer that stopped half way', () => {
  const sent = { to: 1, quantity: 10, seq: 1 };

  async function interrupted(arrived: boolean): Promise<string> {
    const sku = await stock(20);
    const table = new Table(use.dynamo, INVENTORY);
    await table.update(sku, {
      update: 'SET #available = :ten, #transfer = :sent, #transfer_seq = :one, #shards = :two',
      values: { ':ten': 10, ':sent': sent, ':one': 1, ':two': 2 },
    });
    if (arrived)
      await use.dynamo.put({
        TableName: 'inventory',
        Item: { sku: shardKey(sku, 1), available: 10, holds: {}, sold: 0, transfer_seq: 0, received_seq: 1 },
      });
    return sku;
  }

  test.each([false, true])('is finished by who needs its pieces (arrived: %s)', async (arrived) => {
    const sku = await interrupted(arrived);
    expect(await totals(sku)).toEqual({ available: 20, held: 0, sold: 0 });
    const all = await hold(createStore(), sku, 20);
    expect(all.outcome).toBe('held');
    expect(await totals(sku)).toEqual({ available: 0, held: 20, sold: 0 });
  });
});
