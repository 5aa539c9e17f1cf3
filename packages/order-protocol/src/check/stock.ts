/** Checks that no piece is sold twice and no piece is lost. */
import { type Finding, finding } from './findings.js';

/** Stock of a SKU. */
export interface CheckedStock {
  readonly sku: string;
  readonly available: number;
  /** Pieces held. */
  readonly held: number;
}

/** Stock at the beginning, and sales since. */
export interface StockHistory {
  /** Pieces of each SKU, held ones included. */
  readonly initial: Readonly<Record<string, number>>;
  /** Pieces sold since, by SKU. */
  readonly sold: ReadonlyMap<string, number>;
  /** The fewest available pieces of each SKU that were seen meanwhile. */
  readonly lowest?: Readonly<Record<string, number>>;
}

/** Finds SKUs that were below zero, or whose pieces are not those of the beginning less those sold. */
export function findOversold(
  stock: readonly CheckedStock[],
  { initial, sold, lowest: seen = {} }: StockHistory,
): Finding[] {
  const left = new Map(stock.map((item) => [item.sku, item]));
  return Object.entries(initial).flatMap(([sku, pieces]) => {
    const { available, held } = left.get(sku) ?? { available: 0, held: 0 };
    const lowest = Math.min(available, seen[sku] ?? available);
    if (lowest < 0) return [finding('oversold', sku, `was at ${lowest}`)];
    const expected = pieces - (sold.get(sku) ?? 0);
    const actual = available + held;
    if (actual === expected) return [];
    return [finding('oversold', sku, `has ${actual} pieces left instead of ${expected}`)];
  });
}
