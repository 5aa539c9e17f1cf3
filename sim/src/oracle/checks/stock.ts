/** Stock: conserved, never negative, and never held forever. */
import type { Check, Violation } from '../violations.js';

/** Each SKU has what was delivered less what was sold. */
export const findStockWrong: Check = ({ orders, stock, initial, delivered }) => {
  const lines = orders.flatMap(({ status, items = [] }) => (status === 'COMPLETED' ? items : []));
  const soldOf = (sku: string) =>
    lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
  return stock.flatMap(({ sku, available, held, lowest, sold: noted }): Violation[] => {
    if (Math.min(lowest, available) < 0)
      return [{ kind: 'oversold', subject: sku, detail: `was at ${lowest}` }];
    const added = delivered
      .filter((delivery) => delivery.sku === sku)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const ordered = soldOf(sku);
    if (noted !== ordered)
      return [
        { kind: 'oversold', subject: sku, detail: `has ${noted} pieces sold, and ${ordered} were ordered` },
      ];
    const expected = (initial[sku] ?? 0) + added - ordered;
    if (available + held === expected) return [];
    return [
      { kind: 'oversold', subject: sku, detail: `has ${available} and ${held} held instead of ${expected}` },
    ];
  });
};

/** No pieces stay held. */
export const findOpenHolds: Check = ({ stock }) =>
  stock.flatMap(({ sku, held }): Violation[] =>
    held === 0 ? [] : [{ kind: 'dangling', subject: sku, detail: `${held} pieces are held` }],
  );

/** The cost of a hold does not grow with the number of open holds. */
export const findCostlyStock: Check = ({ stockUnitsMax }) =>
  stockUnitsMax <= 1
    ? []
    : [{ kind: 'costly', subject: 'inventory', detail: `a write of stock took ${stockUnitsMax} units` }];
