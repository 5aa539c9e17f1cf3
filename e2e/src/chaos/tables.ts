/** The tables as they stand, read past the services. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
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

/** The client's cancellation: one write that competes with the worker's decision. Answers whether it came in time. */
export async function cancelOrder(dynamo: DynamoDBDocumentClient, orderId: string): Promise<boolean> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: ORDERS_TABLE.name,
        Key: { order_id: orderId },
        UpdateExpression: [
          'SET #status = :cancelled',
          'attempt = if_not_exists(attempt, :zero)',
          'lease_until = if_not_exists(lease_until, :zero)',
          'updated_at = :now',
        ].join(', '),
        ConditionExpression: 'attribute_not_exists(order_id) OR #status = :processing',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':cancelled': 'CANCELLED',
          ':processing': 'PROCESSING',
          ':zero': 0,
          ':now': new Date().toISOString(),
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
