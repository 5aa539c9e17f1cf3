/** Checks of stock: nothing is oversold, lost or still held. */
import { findOversold } from '@order-pipeline/order-protocol/check/stock';
import type { FinalStock } from '../history.js';
import { type Check, violation } from './violations.js';

/** Finds SKUs that were oversold, or lost pieces. */
export const findStockWrong: Check = ({ stock, orders, returned, initialStock, lowestStock }) => {
  const back = new Set(returned);
  const sold = new Map<string, number>();
  for (const { order_id, status, items = [] } of orders) {
    if (status !== 'COMPLETED' || back.has(order_id)) continue;
    for (const { sku, quantity } of items) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const left = stock.map((item) => ({ sku: item.sku, available: item.available, held: heldOf(item) }));
  return findOversold(left, { initial: initialStock, sold, lowest: lowestStock });
};

/** Finds holds that are left. */
export const findHeldStock: Check = ({ stock }) =>
  stock.flatMap(({ sku, holds }) =>
    Object.entries(holds).map(([id, { quantity }]) =>
      violation('dangling', id, `still holds ${quantity} of ${sku}`),
    ),
  );

function heldOf({ holds }: FinalStock): number {
  return Object.values(holds).reduce((sum, { quantity }) => sum + quantity, 0);
}
