/** The inventory table's items as they are read. */
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import type { Projection, TableOptions } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import type { Hold, Price, StockItem } from './decide.js';

const HoldSchema: z.ZodType<Hold> = z.looseObject({ quantity: z.int(), at: z.number() });

const PRICE_FIELDS = { sku: z.string(), unit_price: z.int(), currency: z.string() };

/**
 * Options of the inventory table. A batch is read once: the caller is the only layer that retries, within its own
 * deadline.
 */
export const STOCK: Omit<TableOptions<StockItem>, 'name'> = {
  keyName: 'sku',
  maxBatchReads: 1,
  parse: createItemParser<StockItem>(
    z.looseObject({
      ...PRICE_FIELDS,
      available: z.int(),
      holds: z.record(z.string(), HoldSchema),
      last_delivery_id: z.string(),
    }),
  ),
};

/** An item's entry in the price list. */
export const PRICE: Projection<Price> = {
  attributes: Object.keys(PRICE_FIELDS),
  parse: createItemParser<Price>(z.looseObject(PRICE_FIELDS)),
};
