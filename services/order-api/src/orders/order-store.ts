/** Orders in DynamoDB. The processor writes them; all that is written here is that a client cancelled. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ORDERS_TABLE } from '@order-pipeline/contracts/tables';
import type { OrderPosition } from './cursor.js';
import { toCancelWrite } from './decide/cancel.js';

/** DynamoDB did not answer. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** Where an order stands among its user's orders. */
export interface OrderKey extends OrderPosition {
  readonly user_id: string;
}

/** All methods throw StoreUnavailableError. */
export interface OrderStore {
  /** The order's record as it is now; nothing while no worker has claimed it. */
  find(orderId: string): Promise<OrderRecord | undefined>;
  /** Records by id, in the order of the ids. Ids without a record are left out. */
  findAll(orderIds: readonly string[]): Promise<OrderRecord[]>;
  /** Keys of a user's orders, newest first, from after `after` on; `more` when these may not be the last. */
  listKeys(
    userId: string,
    limit: number,
    after?: OrderPosition,
  ): Promise<{ keys: OrderKey[]; more: boolean }>;
  /** Cancels the order unless it is decided, and answers the record that stands then. */
  cancel(orderId: string, nowMs: number): Promise<{ cancelled: boolean; record: OrderRecord }>;
  /** Rejects when the table cannot be read. */
  check(): Promise<void>;
}

const [BY_USER] = ORDERS_TABLE.indexes;

/** How often BatchGet is asked again for what it left out. */
const MAX_BATCH_READS = 8;

/** Creates the reading end of the orders table. */
export function createOrderStore(dynamo: DynamoDBDocumentClient, table: string): OrderStore {
  const find = async (orderId: string) => {
    // Consistent, so that a client that was just told of a change never reads the state before it.
    const command = new GetCommand({ TableName: table, Key: { order_id: orderId }, ConsistentRead: true });
    const { Item } = await orUnavailable(dynamo.send(command));
    return Item as OrderRecord | undefined;
  };
  return {
    find,
    findAll: (orderIds) => findAll(dynamo, table, orderIds),
    listKeys: async (userId, limit, after) => {
      const command = new QueryCommand({
        TableName: table,
        IndexName: BY_USER?.name,
        KeyConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
        ScanIndexForward: false,
        Limit: limit,
        ...(after && { ExclusiveStartKey: { user_id: userId, ...after } }),
      });
      const { Items = [], LastEvaluatedKey } = await orUnavailable(dynamo.send(command));
      return { keys: Items as OrderKey[], more: LastEvaluatedKey !== undefined };
    },
    cancel: (orderId, nowMs) => orUnavailable(cancel(dynamo, table, orderId, nowMs, find)),
    check: async () => {
      await find('readiness');
    },
  };
}

async function findAll(
  dynamo: DynamoDBDocumentClient,
  table: string,
  orderIds: readonly string[],
): Promise<OrderRecord[]> {
  const found = new Map<string, OrderRecord>();
  let keys = orderIds.map((order_id) => ({ order_id }) as Record<string, unknown>);
  for (let read = 1; keys.length > 0; read += 1) {
    if (read > MAX_BATCH_READS) throw new StoreUnavailableError('DynamoDB left out keys again and again');
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } });
    const { Responses = {}, UnprocessedKeys = {} } = await orUnavailable(dynamo.send(command));
    for (const record of (Responses[table] ?? []) as OrderRecord[]) found.set(record.order_id, record);
    keys = UnprocessedKeys[table]?.Keys ?? [];
  }
  return orderIds.flatMap((id) => found.get(id) ?? []);
}

async function cancel(
  dynamo: DynamoDBDocumentClient,
  table: string,
  orderId: string,
  nowMs: number,
  find: OrderStore['find'],
): Promise<{ cancelled: boolean; record: OrderRecord }> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: { order_id: orderId },
        ...toCancelWrite(nowMs),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { cancelled: true, record: Attributes as OrderRecord };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const record = await find(orderId);
    if (!record)
      throw new StoreUnavailableError('The record that refused the write is gone', { cause: error });
    return { cancelled: false, record };
  }
}

async function orUnavailable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof StoreUnavailableError) throw cause;
    throw new StoreUnavailableError('DynamoDB did not answer', { cause });
  }
}
