/** The tables as they stand, read past the services. */
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { INVENTORY_TABLE, ORDERS_TABLE, PAYMENTS_TABLE } from '@order-pipeline/contracts/tables';
import type { FinalOrder, FinalPayment, FinalStock } from './history.js';

/** Every order. */
export function readOrders(dynamo: DynamoDBDocumentClient): Promise<FinalOrder[]> {
  return scan(dynamo, ORDERS_TABLE.name);
}

/** The whole ledger. */
export function readPayments(dynamo: DynamoDBDocumentClient): Promise<FinalPayment[]> {
  return scan(dynamo, PAYMENTS_TABLE.name);
}

/** The whole inventory. */
export function readStock(dynamo: DynamoDBDocumentClient): Promise<FinalStock[]> {
  return scan(dynamo, INVENTORY_TABLE.name);
}

async function scan<T>(client: DynamoDBDocumentClient, TableName: string): Promise<T[]> {
  const items: T[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...((page.Items ?? []) as T[]));
  }
  return items;
}
