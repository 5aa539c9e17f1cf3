import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  countHeld,
  decidePrice,
  decideRefusedHold,
  type Price,
  type StockItem,
} from '../src/inventory/decide.js';

const prices = new Map<string, Price>([
  ['mug', { sku: 'mug', unit_price: 999, currency: 'USD' }],
  ['pen', { sku: 'pen', unit_price: 150, currency: 'USD' }],
  ['tea', { sku: 'tea', unit_price: 400, currency: 'EUR' }],
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
    const dear = new Map([['gem', { sku: 'gem', unit_price: Number.MAX_SAFE_INTEGER, currency: 'USD' }]]);
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

const item = (available: number, holds: StockItem['holds']): StockItem => ({
  sku: 'mug',
  available,
  unit_price: 999,
  currency: 'USD',
  holds,
  last_delivery_id: 'd1',
});

describe('decideRefusedHold', () => {
  it.each([
    ['an item that has left the price list', undefined, 'gone'],
    ['too little stock', item(1, {}), 'short'],
    ['too little stock, held by others', item(1, { other: { quantity: 9, at: 50 } }), 'short'],
    ['stock that came back', item(2, {}), 'again'],
    ['a hold of an earlier call', item(0, { mine: { quantity: 2, at: 99 } }), 'take over'],
    ['a hold of a call at the same time', item(0, { mine: { quantity: 2, at: 100 } }), 'held'],
    ['a hold of a later call', item(0, { mine: { quantity: 2, at: 101 } }), 'held'],
    ['a hold on other lines', item(9, { mine: { quantity: 3, at: 99 } }), 'other quantity'],
  ])('%s', (_, standing, verdict) => {
    const call = { orderId: 'mine', at: 100 };
    expect(decideRefusedHold(standing, { sku: 'mug', quantity: 2 }, call)).toBe(verdict);
  });
});

test('countHeld adds up all holds', () => {
  expect(countHeld(item(1, {}))).toBe(0);
  expect(countHeld(item(1, { a: { quantity: 2, at: 1 }, b: { quantity: 5, at: 2 } }))).toBe(7);
});
