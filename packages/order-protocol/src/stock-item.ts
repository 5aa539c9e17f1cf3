/** A shard of the inventory table, as far as the processor reads it. */
import { z } from 'zod';

/** A shard of a SKU's stock. */
export interface HeldItem {
  /** Key of the shard. */
  readonly sku: string;
  /** Fencing tokens by order id. */
  readonly holds: Readonly<Record<string, string>>;
  /** Number of shards, at the first of them. */
  readonly shards?: number;
}

/** The schema of a shard's holds. */
export const HeldItemSchema: z.ZodType<HeldItem> = z.looseObject({
  sku: z.string(),
  holds: z.record(z.string(), z.string()),
  shards: z.exactOptional(z.int()),
});
