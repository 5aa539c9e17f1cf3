/** Lines of an order, as the inventory takes them. */
import type { OrderItem } from '@order-pipeline/contracts/orders';

/** An order's items as the inventory takes them: each SKU once. */
export function toLines(items: readonly OrderItem[]): { sku: string; quantity: number }[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}
