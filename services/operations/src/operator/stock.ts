/** Stock of every SKU, read from the inventory table: the inventory service lists none. */
import { KEY_SEPARATOR, parseShardKey, piecesOf, shardKey } from '@order-pipeline/contracts/stock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type PageToken, type Projection, Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';

/** Stock of one SKU over its shards. */
export interface StockOfSku {
  readonly sku: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly unitPrice: number;
  readonly currency: string;
  readonly shards: number;
  /** Orders that hold pieces. */
  readonly holdingOrders: number;
}

interface ShardItem {
  readonly sku: string;
  readonly available: number;
  readonly sold: number;
  readonly holds: Readonly<Record<string, string>>;
  /** Pieces on their way to another shard, until its `received_seq` reaches `seq`. */
  readonly transfer?: { readonly to: number; readonly quantity: number; readonly seq: number };
  readonly received_seq?: number;
  readonly unit_price?: number;
  readonly currency?: string;
  readonly shards?: number;
}

const parse = createItemParser<ShardItem>(
  z.looseObject({
    sku: z.string(),
    available: z.int(),
    sold: z.int(),
    holds: z.record(z.string(), z.string()),
    transfer: z.exactOptional(z.looseObject({ to: z.int(), quantity: z.int(), seq: z.int() })),
    received_seq: z.exactOptional(z.int()),
    unit_price: z.exactOptional(z.int()),
    currency: z.exactOptional(z.string()),
    shards: z.exactOptional(z.int()),
  }),
);

const ROOT: Projection<ShardItem> = {
  attributes: [
    'sku',
    'available',
    'sold',
    'holds',
    'transfer',
    'received_seq',
    'unit_price',
    'currency',
    'shards',
  ],
  parse,
};

const IS_ROOT = 'attribute_exists(#unit_price) AND #unit_price >= :free';

/** Items that one page of the scan reads. */
const SCANNED = 500;

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

/** A page of stock. */
export interface StockPage {
  readonly items: readonly StockOfSku[];
  readonly next?: PageToken | undefined;
}

/** Reads a page. The table has one item for each shard, and notes of deliveries of the last weeks. */
export async function listStock(
  dynamo: DynamoClient,
  tableName: string,
  limit: number,
  from?: PageToken,
): Promise<StockPage> {
  const table = new Table<ShardItem>(dynamo, { name: tableName, keyName: 'sku', parse });
  const roots: ShardItem[] = [];
  let token = from;
  do {
    const page = await table.scanPage({
      filter: IS_ROOT,
      values: { ':free': 0 },
      projection: ROOT,
      limit: Math.min(SCANNED, Math.max(limit, BATCH_SIZE)),
      ...(token && { pageToken: token }),
    });
    roots.push(...page.items);
    token = page.nextPageToken;
  } while (token && roots.length < limit);
  const items: StockOfSku[] = [];
  for (const root of roots) items.push(toStock(root, await otherShards(table, root)));
  return { items: items.sort((a, b) => (a.sku < b.sku ? -1 : 1)), next: token };
}

/** Reads one SKU; undefined when the price list does not have it. */
export async function readStock(
  dynamo: DynamoClient,
  tableName: string,
  sku: string,
): Promise<StockOfSku | undefined> {
  const table = new Table<ShardItem>(dynamo, { name: tableName, keyName: 'sku', parse });
  if (sku.includes(KEY_SEPARATOR)) return undefined;
  const root = await table.get(sku);
  return root && toStock(root, await otherShards(table, root));
}

async function otherShards(table: Table<ShardItem>, { sku, shards = 1 }: ShardItem): Promise<ShardItem[]> {
  const items: ShardItem[] = [];
  for (let first = 1; first < shards; first += BATCH_SIZE) {
    const count = Math.min(shards - first, BATCH_SIZE);
    const keys = Array.from({ length: count }, (_, index) => shardKey(sku, first + index));
    items.push(...(await table.getAll(keys)));
  }
  return items;
}

function toStock(root: ShardItem, others: readonly ShardItem[]): StockOfSku {
  const all = [root, ...others];
  const received = new Map(all.map((item) => [parseShardKey(item.sku).shard, item.received_seq ?? 0]));
  const underWay = ({ transfer }: ShardItem) =>
    transfer && (received.get(transfer.to) ?? 0) < transfer.seq ? transfer.quantity : 0;
  const sum = (of: (item: ShardItem) => number) => all.reduce((total, item) => total + of(item), 0);
  return {
    sku: root.sku,
    available: sum((item) => item.available + underWay(item)),
    held: sum(({ holds }) => Object.values(holds).reduce((total, token) => total + piecesOf(token), 0)),
    sold: sum(({ sold }) => sold),
    unitPrice: root.unit_price ?? 0,
    currency: root.currency ?? '',
    shards: root.shards ?? 1,
    holdingOrders: new Set(all.flatMap(({ holds }) => Object.keys(holds))).size,
  };
}
