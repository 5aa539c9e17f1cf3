/** Checks of stock: nothing is oversold, lost or still held. */
import type { FinalStock } from '../history.js';
import { type Check, violation } from './violations.js';

export const findStockWrong: Check = ({ stock, orders, initialStock, lowestStock }) => {
  const sold = new Map<string, number>();
  for (const { status, items = [] } of orders) {
    if (status !== 'COMPLETED') continue;
    for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const left = new Map(stock.map((item) => [item.sku, item]));
  return Object.entries(initialStock).flatMap(([sku, initial]) => {
    const item = left.get(sku) ?? { sku, available: 0, holds: {} };
    const lowest = Math.min(item.available, lowestStock[sku] ?? item.available);
    if (lowest < 0) return [violation('oversold', sku, `was at ${lowest}`)];
    const expected = initial - (sold.get(sku) ?? 0);
    const actual = item.available + heldOf(item);
    if (actual === expected) return [];
    return [violation('oversold', sku, `has ${actual} pieces left instead of ${expected}`)];
  });
};

export const findHeldStock: Check = ({ stock }) =>
  stock.flatMap(({ sku, holds }) =>
    Object.entries(holds).map(([id, { quantity }]) =>
      violation('dangling', id, `still holds ${quantity} of ${sku}`),
    ),
  );

function heldOf({ holds }: FinalStock): number {
  return Object.values(holds).reduce((sum, { quantity }) => sum + quantity, 0);
}
