/** The inventory table's items as they are read. */
import { parseToken } from '@order-pipeline/contracts/stock';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import type { Projection, TableOptions } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import type { DeliveryNote, Price, RootShard, Shard } from './decide.js';

const TokenText = z.string().refine((text) => parseToken(text) !== undefined, 'is no token');

const TransferSchema = z.looseObject({ to: z.int(), quantity: z.int(), seq: z.int() });

const PRICE_FIELDS = { sku: z.string(), unit_price: z.int(), currency: z.string(), shards: z.int() };

const SHARD_FIELDS = {
  sku: z.string(),
  available: z.int(),
  holds: z.record(z.string(), TokenText),
  sold: z.int(),
  transfer_seq: z.int(),
  transfer: z.exactOptional(TransferSchema),
  received_seq: z.exactOptional(z.int()),
};

const RootSchema = z.looseObject({
  ...SHARD_FIELDS,
  ...PRICE_FIELDS,
  last_delivery: z.looseObject({ id: z.string(), seq: z.int() }),
});

type TableDefaults<T> = Omit<TableOptions<T>, 'name'>;

const parseShard = createItemParser<Shard>(z.looseObject(SHARD_FIELDS));
const parseRoot = createItemParser<RootShard>(RootSchema);

/**
 * Options of the shards. A batch is read once, and every call is tried once: the caller is the only layer that retries,
 * within its own deadline, and a write that takes a hold must never be sent twice with the same token.
 */
export const SHARDS: TableDefaults<Shard> = {
  keyName: 'sku',
  maxBatchReads: 1,
  maxAttempts: 1,
  parse: (item) => ('unit_price' in item ? parseRoot : parseShard)(item),
};

/** Options of the notes of deliveries. */
export const DELIVERY_NOTES: TableDefaults<DeliveryNote> = {
  keyName: 'sku',
  maxAttempts: 1,
  parse: createItemParser<DeliveryNote>(
    z.looseObject({ sku: z.string(), seq: z.int(), expires_at: z.number() }),
  ),
};

/** A SKU's entry in the price list. */
export const PRICE: Projection<Price> = {
  attributes: Object.keys(PRICE_FIELDS),
  parse: createItemParser<Price>(z.looseObject(PRICE_FIELDS)),
};

/** Returns true for a SKU's first shard. */
export function isRoot(item: Shard): item is RootShard {
  return 'unit_price' in item;
}
