/** The current tables, read past the services. */
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { RECONCILER_KEY } from '@order-pipeline/contracts/orders';
import { parseShardKey, piecesOf, shardKey } from '@order-pipeline/contracts/stock';
import { INVENTORY_TABLE, ORDERS_TABLE, PAYMENTS_TABLE } from '@order-pipeline/contracts/tables';
import type { FinalOrder, FinalPayment, FinalStock } from './history.js';

/** Every order. */
export async function readOrders(dynamo: DynamoDBDocumentClient): Promise<FinalOrder[]> {
  const items = await scan<FinalOrder>(dynamo, ORDERS_TABLE.name);
  return items.filter(({ order_id }) => order_id !== RECONCILER_KEY);
}

/** The whole ledger. */
export function readPayments(dynamo: DynamoDBDocumentClient): Promise<FinalPayment[]> {
  return scan(dynamo, PAYMENTS_TABLE.name);
}

/** The whole inventory, the shards of each SKU added up. */
export async function readStock(dynamo: DynamoDBDocumentClient): Promise<FinalStock[]> {
  const items = await scan<StoredShard>(dynamo, INVENTORY_TABLE.name);
  // The table has notes of deliveries, too.
  return addUpShards(items.filter(({ available }) => available !== undefined));
}

/** A shard of a SKU's stock, as far as it is read. */
export interface StoredShard {
  /** Key. */
  readonly sku: string;
  readonly available: number;
  /** Fencing tokens by order id. */
  readonly holds: Readonly<Record<string, string>>;
  readonly transfer?: { readonly to: number; readonly quantity: number; readonly seq: number };
  readonly received_seq?: number;
}

/** Adds up the shards of each SKU. A negative shard shows, whatever the others have. */
function addUpShards(shards: readonly StoredShard[]): FinalStock[] {
  const received = new Map(shards.map(({ sku, received_seq = 0 }) => [sku, received_seq]));
  const stock = new Map<string, { available: number; holds: Record<string, { quantity: number }> }>();
  for (const { sku: key, available, holds, transfer } of shards) {
    const { sku } = parseShardKey(key);
    const total = stock.get(sku) ?? { available: 0, holds: {} };
    const arrived = transfer && (received.get(shardKey(sku, transfer.to)) ?? 0) >= transfer.seq;
    const pieces = available + (transfer && !arrived ? transfer.quantity : 0);
    total.available =
      Math.min(total.available, available) < 0
        ? Math.min(total.available, available)
        : total.available + pieces;
    for (const [orderId, token] of Object.entries(holds))
      total.holds[orderId] = { quantity: piecesOf(token) + (total.holds[orderId]?.quantity ?? 0) };
    stock.set(sku, total);
  }
  return [...stock].map(([sku, total]) => ({ sku, ...total }));
}

async function scan<T>(client: DynamoDBDocumentClient, TableName: string): Promise<T[]> {
  const items: T[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...((page.Items ?? []) as T[]));
  }
  return items;
}
