/**
 * What an order has left behind: its record, its holds and its payment. Read from the tables and not over RPC, so that
 * it can be seen while the services are down, which is when orders are dead-lettered; and GetStock does not tell whose
 * the holds are.
 */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderItem, OrderRecord } from '@order-pipeline/contracts/orders';

/** What an order holds of one item. */
export interface HoldTrace {
  readonly sku: string;
  /** Pieces. */
  readonly quantity: number;
  /** When it was taken, in epoch milliseconds. */
  readonly at: number;
}

/** The order's ledger entry, as far as operators read it. */
export interface PaymentTrace {
  readonly state: string;
  /** In the minor unit of `currency`. */
  readonly amount: number;
  readonly currency: string;
  readonly gateway_reference: string;
  readonly decline_code: string;
  readonly capture_count: number;
  readonly updated_at: string;
}

/** What stands in the tables about an order. */
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

/** Reads what there is about an order; `items` stand in for those of a record that is not there. */
export async function readTraces(
  dynamo: DynamoDBDocumentClient,
  tables: TraceTables,
  orderId: string,
  items: readonly OrderItem[] = [],
): Promise<OrderTraces> {
  const read = async (TableName: string, Key: Record<string, string>) => {
    const { Item } = await dynamo.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item;
  };
  const record = (await read(tables.ordersTable, { order_id: orderId })) as OrderRecord | undefined;
  const skus = [...new Set((record?.items ?? items).map(({ sku }) => sku))];
  const [payment, ...stock] = await Promise.all([
    read(tables.paymentsTable, { order_id: orderId }),
    ...skus.map((sku) => read(tables.inventoryTable, { sku })),
  ]);
  return {
    record,
    payment: payment as PaymentTrace | undefined,
    holds: stock.flatMap((item) => {
      const hold = item?.holds?.[orderId];
      return hold ? [{ sku: item.sku, quantity: hold.quantity, at: hold.at }] : [];
    }),
  };
}
