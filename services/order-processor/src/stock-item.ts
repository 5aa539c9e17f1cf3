/** An item of the inventory table, as far as the processor reads it. */
import { z } from 'zod';

/** The holds on an item. */
export interface HeldItem {
  readonly sku: string;
  /** By order id. */
  readonly holds: Readonly<Record<string, { readonly quantity: number; readonly at: number }>>;
}

/** The schema of an item's holds. */
export const HeldItemSchema: z.ZodType<HeldItem> = z.looseObject({
  sku: z.string(),
  holds: z.record(z.string(), z.looseObject({ quantity: z.int(), at: z.number() })),
});
