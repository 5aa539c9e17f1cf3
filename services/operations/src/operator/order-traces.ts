/**
 * Traces of an order: its record, its holds and its payment. Read from the tables and not over RPC, so that they can be
 * read while the services are down, which is when orders are dead-lettered; besides, GetStock does not return the
 * owners of holds.
 */
import type { OrderItem, OrderRecord } from '@order-pipeline/contracts/orders';
import { parseShardKey, piecesOf, shardKey } from '@order-pipeline/contracts/stock';
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import { type HeldItem, HeldItemSchema } from '@order-pipeline/order-protocol/stock-item';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';

/** Pieces that an order holds at one shard of a SKU. */
export interface HoldTrace {
  readonly sku: string;
  readonly shard: number;
  /** Pieces. */
  readonly quantity: number;
  /** Fencing token. */
  readonly token: string;
}

/** The order's ledger entry, as far as operators read it. */
export interface PaymentTrace {
  readonly order_id: string;
  readonly state: string;
  /** In the minor unit of `currency`. */
  readonly amount: number;
  readonly currency: string;
  readonly gateway_reference: string;
  readonly decline_code: string;
  readonly capture_count: number;
  readonly provider_problem?: string;
  readonly refunds?: readonly {
    readonly refund_id: string;
    readonly state: string;
    readonly amount: number;
    readonly updated_at?: string;
  }[];
  readonly updated_at: string;
}

const parsePayment = createItemParser<PaymentTrace>(
  z.looseObject({
    order_id: z.string(),
    state: z.string(),
    amount: z.int(),
    currency: z.string(),
    gateway_reference: z.string(),
    decline_code: z.string(),
    capture_count: z.int(),
    provider_problem: z.exactOptional(z.string()),
    refunds: z.exactOptional(
      z.array(
        z.looseObject({
          refund_id: z.string(),
          state: z.string(),
          amount: z.int(),
          updated_at: z.exactOptional(z.string()),
        }),
      ),
    ),
    updated_at: z.string(),
  }),
);

/** Content of the tables about an order. */
export interface OrderTraces {
  readonly record: OrderRecord | undefined;
  readonly holds: readonly HoldTrace[];
  readonly payment: PaymentTrace | undefined;
}

/** The tables' names. */
export interface TraceTables {
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
}

/** Reads the traces of an order; `items` replace those of a missing record. */
export async function readTraces(
  dynamo: DynamoClient,
  { ordersTable, paymentsTable, inventoryTable }: TraceTables,
  orderId: string,
  items: readonly OrderItem[] = [],
): Promise<OrderTraces> {
  const payments = new Table(dynamo, { name: paymentsTable, keyName: 'order_id', parse: parsePayment });
  const inventory = new Table<HeldItem>(dynamo, {
    name: inventoryTable,
    keyName: 'sku',
    parse: createItemParser(HeldItemSchema),
  });
  const record = await openOrders(dynamo, ordersTable).get(orderId);
  const skus = [...new Set((record?.items ?? items).map(({ sku }) => sku))];
  const [payment, ...stock] = await Promise.all([
    payments.get(orderId),
    ...skus.map((sku) => readShards(inventory, sku)),
  ]);
  return {
    record,
    payment,
    holds: stock.flat().flatMap((item) => {
      const token = item.holds[orderId];
      return token ? [{ ...parseShardKey(item.sku), quantity: piecesOf(token), token }] : [];
    }),
  };
}

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

async function readShards(inventory: Table<HeldItem>, sku: string): Promise<HeldItem[]> {
  const root = await inventory.get(sku);
  if (!root) return [];
  const items = [root];
  for (let first = 1; first < (root.shards ?? 1); first += BATCH_SIZE) {
    const last = Math.min(root.shards ?? 1, first + BATCH_SIZE);
    const keys = Array.from({ length: last - first }, (_, index) => shardKey(sku, first + index));
    items.push(...(await inventory.getAll(keys)));
  }
  return items;
}
