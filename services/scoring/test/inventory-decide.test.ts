import { randomUUID } from 'node:crypto';
import { describe, expect, it, test } from '@jest/globals';
import { piecesOf } from '@order-pipeline/contracts/stock';
import fc from 'fast-check';
import { chooseHolds } from '../src/inventory/decide/holds.js';
import { decideTransfer, HOLDS_MAX, PROBES_MAX, parentOf, probesOf } from '../src/inventory/decide/shards.js';
import {
  decideObstacle,
  decidePrice,
  type Price,
  planLine,
  type Shard,
  type ShardView,
  totalStock,
} from '../src/inventory/decide.js';

const prices = new Map<string, Price>([
  ['mug', { sku: 'mug', unit_price: 999, currency: 'USD', shards: 1 }],
  ['pen', { sku: 'pen', unit_price: 150, currency: 'USD', shards: 1 }],
  ['tea', { sku: 'tea', unit_price: 400, currency: 'EUR', shards: 1 }],
]);

describe('decidePrice', () => {
  it.each([
    ['one line', [{ sku: 'mug', quantity: 1 }], 999n, { outcome: 'PRICED', total: 999n }],
    [
      'the sum of lines',
      [
        { sku: 'mug', quantity: 2 },
        { sku: 'pen', quantity: 3 },
      ],
      2448n,
      { outcome: 'PRICED', total: 2448n },
    ],
    [
      'an amount too small',
      [{ sku: 'mug', quantity: 2 }],
      999n,
      { outcome: 'AMOUNT_MISMATCH', total: 1998n },
    ],
    [
      'an amount too large',
      [{ sku: 'mug', quantity: 1 }],
      1000n,
      { outcome: 'AMOUNT_MISMATCH', total: 999n },
    ],
    ['another currency', [{ sku: 'tea', quantity: 1 }], 400n, { outcome: 'AMOUNT_MISMATCH', total: 0n }],
    [
      'an unknown item after a wrong price',
      [
        { sku: 'tea', quantity: 1 },
        { sku: 'hat', quantity: 1 },
      ],
      1n,
      { outcome: 'UNKNOWN_SKU', sku: 'hat' },
    ],
  ])('%s', (_, lines, amount, expected) => {
    expect(decidePrice(lines, prices, { amount, currency: 'USD' })).toEqual(expected);
  });

  test('a total beyond int64 stops there', () => {
    const dear = new Map([
      ['gem', { sku: 'gem', unit_price: Number.MAX_SAFE_INTEGER, currency: 'USD', shards: 1 }],
    ]);
    expect(
      decidePrice([{ sku: 'gem', quantity: 2 ** 31 - 1 }], dear, { amount: 1n, currency: 'USD' }),
    ).toEqual({
      outcome: 'AMOUNT_MISMATCH',
      total: 9_223_372_036_854_775_807n,
    });
  });

  test('accepts exactly one amount', () => {
    const lines = fc.uniqueArray(
      fc.record({ sku: fc.constantFrom('mug', 'pen'), quantity: fc.integer({ min: 1, max: 1_000_000 }) }),
      { selector: ({ sku }) => sku, minLength: 1 },
    );
    fc.assert(
      fc.property(lines, fc.bigInt({ min: 1n, max: 2n ** 40n }), (order, amount) => {
        const check = decidePrice(order, prices, { amount, currency: 'USD' });
        if (check.outcome === 'UNKNOWN_SKU') throw new Error('both are in the price list');
        const priced = decidePrice(order, prices, { amount: check.total, currency: 'USD' });
        expect(priced).toEqual({ outcome: 'PRICED', total: check.total });
        expect(check.outcome).toBe(amount === check.total ? 'PRICED' : 'AMOUNT_MISMATCH');
      }),
    );
  });
});

const shard = (available: number, holds: Shard['holds'] = {}): Shard => ({
  sku: 'mug',
  available,
  holds,
  sold: 0,
  transfer_seq: 0,
});

/** Holds of other orders. */
const others = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`other-${index}`, '1:1.a']));

describe('decideObstacle', () => {
  it.each([
    ['a shard that was never used', undefined, { kind: 'short' }],
    ['too little stock', shard(1), { kind: 'short' }],
    ['too little stock, held by others', shard(1, { other: '9:1.a' }), { kind: 'short' }],
    ['stock that was returned', shard(2), { kind: 'again' }],
    ['room that became free', shard(2, others(HOLDS_MAX - 1)), { kind: 'again' }],
    ['no room for a hold', shard(2, others(HOLDS_MAX)), { kind: 'full' }],
    ['a hold of another call', shard(0, { mine: '2:1.a' }), { kind: 'held', token: '2:1.a' }],
    ['a hold on other lines', shard(9, { mine: '3:1.a' }), { kind: 'partly' }],
  ])('%s', (_, current, obstacle) => {
    expect(decideObstacle(current, 2, 'mine')).toEqual(obstacle);
  });
});

const views = (...items: readonly Shard[]): ShardView[] =>
  items.map((item, index) => ({ shard: index, item }));

describe('planLine', () => {
  const plan = (quantity: number, ...items: readonly Shard[]) =>
    planLine({ sku: 'mug', quantity }, views(...items), 'mine', 1);

  it.each([
    [
      'one shard that has all, the first from the start on',
      [shard(5), shard(1), shard(4)],
      [{ shard: 2, quantity: 3 }],
    ],
    [
      'parts, the largest first',
      [shard(1), shard(0), shard(2)],
      [
        { shard: 2, quantity: 2 },
        { shard: 0, quantity: 1 },
      ],
    ],
    [
      'no part of a shard that is not needed',
      [shard(1), shard(2), shard(1)],
      [
        { shard: 1, quantity: 2 },
        { shard: 2, quantity: 1 },
      ],
    ],
    [
      'what a hold of the order leaves open',
      [shard(0, { mine: '2:1.a' }), shard(4)],
      [{ shard: 1, quantity: 1 }],
    ],
    ['a shard with room', [shard(9), shard(9, others(HOLDS_MAX))], [{ shard: 0, quantity: 3 }]],
  ])('takes %s', (_, items, shares) => {
    expect(plan(3, ...items)).toEqual({ kind: 'take', shares });
  });

  test('counts on holds of other calls, the last in part', () => {
    expect(plan(3, shard(0, { mine: '2:1.a' }), shard(0, { mine: '2:1.b' }))).toEqual({
      kind: 'held',
      holds: [
        { sku: 'mug', shard: 0, token: '2:1.a', quantity: 2 },
        { sku: 'mug', shard: 1, token: '2:1.b', quantity: 1 },
      ],
    });
  });

  test('names a shard where the order has a hold already, when the pieces are there', () => {
    expect(plan(3, shard(4, { mine: '1:1.a' }), shard(1))).toEqual({ kind: 'full', richest: 0 });
  });

  test('is short when all shards together have too few', () => {
    expect(plan(3, shard(1), shard(1))).toEqual({ kind: 'short' });
  });

  test('names the richest shard when those that have enough have no room', () => {
    expect(plan(3, shard(1), shard(9, others(HOLDS_MAX)))).toEqual({ kind: 'full', richest: 1 });
  });
});

describe('totalStock', () => {
  test('adds up all shards, and counts pieces in flight once', () => {
    const source = { ...shard(1, { a: '2:1.x' }), sold: 3, transfer: { to: 1, quantity: 4, seq: 2 } };
    const before = { ...shard(5, { b: '1:1.y' }), sold: 1, received_seq: 1 };
    const after = { ...before, available: 9, received_seq: 2 };
    const totals = { available: 10, held: 3, sold: 4 };
    expect(totalStock(views(source, before))).toEqual(totals);
    expect(totalStock(views(source, after))).toEqual(totals);
    expect(totalStock(views(source))).toMatchObject({ available: 5 });
  });
});

describe('shards', () => {
  const counts = fc.integer({ min: 0, max: 10 }).map((level) => 2 ** level);

  test('an order probes different shards that exist, always the same', () => {
    fc.assert(
      fc.property(fc.uuid(), counts, (orderId, count) => {
        const probes = probesOf(orderId, count);
        expect(new Set(probes).size).toBe(Math.min(PROBES_MAX, count));
        for (const probe of probes) expect(probe >= 0 && probe < count).toBe(true);
        expect(probesOf(orderId, count)).toEqual(probes);
      }),
    );
  });

  test('orders spread evenly', () => {
    const counted = new Map<number, number>();
    for (let index = 0; index < 16_000; index += 1) {
      const [first = -1] = probesOf(randomUUID(), 16);
      counted.set(first, (counted.get(first) ?? 0) + 1);
    }
    for (const count of counted.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });

  test('every shard but the root has a parent that comes earlier, so that pieces reach all', () => {
    expect(parentOf(0)).toBeUndefined();
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1023].map(parentOf)).toEqual([0, 0, 1, 0, 1, 2, 3, 0, 511]);
  });

  it.each([
    [0, 1, 0],
    [7, 1, 0],
    [8, 1, 4],
    [100, 1, 50],
    [100, 51, 0],
  ])('of %d pieces, %d needed, %d move', (available, needed, moved) => {
    expect(decideTransfer(available, needed)).toBe(moved);
  });
});

describe('chooseHolds', () => {
  test('covers exactly what is needed, by whole holds but the last', () => {
    const quantities = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
    fc.assert(
      fc.property(quantities, fc.integer({ min: 1, max: 30 }), (held, needed) => {
        const holds = held.map((quantity, shardNumber) => ({
          sku: 'mug',
          shard: shardNumber,
          token: `${quantity}:1.t`,
          quantity,
        }));
        const chosen = chooseHolds(holds, needed);
        const total = held.reduce((sum, quantity) => sum + quantity, 0);
        expect(chosen !== undefined).toBe(total >= needed);
        if (!chosen) return;
        expect(chosen.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(needed);
        expect(chosen.slice(0, -1).every(({ quantity, token }) => quantity === piecesOf(token))).toBe(true);
      }),
    );
  });
});
