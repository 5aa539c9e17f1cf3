/** Deliveries are added once, with any calls between a delivery and its repeat. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { type ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import fc from 'fast-check';
import type { Shard } from '../src/inventory/decide.js';
import { DELIVERY_DAYS, Deliveries, noteKey } from '../src/inventory/deliveries.js';
import { DELIVERY_NOTES, SHARDS } from '../src/inventory/items.js';
import { useStack } from './support.js';

const use = useStack();
const NOW = Date.parse('2026-01-15T09:30:00.000Z');

const notes = () => new Table(use.dynamo, { ...DELIVERY_NOTES, name: 'inventory' });
const shards = () => new Table(use.dynamo, { ...SHARDS, name: 'inventory' });

let sku: string;
beforeEach(async () => {
  sku = randomUUID();
  await add('D0', 0, { unitPrice: 100 });
});

const add = async (deliveryId: string, quantity: number, price?: { unitPrice: number }, table = shards()) =>
  new Deliveries(table, notes(), () => NOW).add({ sku, deliveryId, quantity, ...(price && { price }) });

const available = async () => (await shards().get(sku))?.available;

test('D1 = 5, D2 = 7, D1 again: 12', async () => {
  await add('D1', 5);
  await add('D2', 7);
  await add('D1', 5);
  expect(await available()).toBe(12);
});

test('a repeat changes no price, either', async () => {
  await add('D1', 5, { unitPrice: 200 });
  await add('D2', 7, { unitPrice: 300 });
  await add('D1', 5, { unitPrice: 200 });
  expect(await shards().get(sku)).toMatchObject({ available: 12, unit_price: 300 });
});

test('is remembered for 35 days from the next delivery on', async () => {
  await add('D1', 5);
  await add('D2', 7);
  expect(await notes().get(noteKey(sku, 'D1'))).toEqual({
    sku: noteKey(sku, 'D1'),
    seq: 2,
    expires_at: NOW / 1_000 + DELIVERY_DAYS * 86_400,
  });
});

test('in parallel, each is added once', async () => {
  const ids = Array.from({ length: 6 }, (_, index) => `D${index + 1}`);
  await Promise.all([...ids, ...ids.toReversed(), ...ids].map((id) => add(id, 1)));
  expect(await available()).toBe(ids.length);
});

describe('a write that takes effect late', () => {
  /** Delays the next write until it is released. */
  class LateTable extends Table<Shard> {
    arrive: () => Promise<void> = async () => undefined;

    override async update(key: string, write: ConditionalUpdate): Promise<void> {
      this.arrive = () => super.update(key, write);
      throw new StoreUnavailableError('no answer');
    }
  }

  test.each([
    ['after its own repeat', ['D1']],
    ['after its repeat and others', ['D1', 'D2']],
    ['after others, before its repeat', ['D2', 'D1']],
  ])('%s adds nothing more', async (_, before) => {
    const table = new LateTable(use.dynamo, { ...SHARDS, name: 'inventory' });
    await expect(add('D1', 5, undefined, table)).rejects.toThrow('no answer');
    for (const id of before) await add(id, id === 'D1' ? 5 : 7);
    await expect(table.arrive()).rejects.toThrow('condition');
    await add('D1', 5);
    expect(await available()).toBe(before.includes('D2') ? 12 : 5);
  });

  test('before any other is the delivery itself', async () => {
    const table = new LateTable(use.dynamo, { ...SHARDS, name: 'inventory' });
    await expect(add('D1', 5, undefined, table)).rejects.toThrow('no answer');
    await table.arrive();
    await add('D1', 5);
    expect(await available()).toBe(5);
  });
});

test('in any order, however often', async () => {
  const sequence = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(sequence, async (ids) => {
      sku = randomUUID();
      await add('D0', 0, { unitPrice: 100 });
      for (const id of ids) await add(`D${id}`, id);
      expect(await available()).toBe([...new Set(ids)].reduce((sum, id) => sum + id, 0));
    }),
    { numRuns: 15 },
  );
});
