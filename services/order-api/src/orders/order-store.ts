/** Orders in DynamoDB. The processor writes them; all that is written here is that a client cancelled. */
import { OrderRecordSchema } from '@order-pipeline/contracts/order-record';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ORDERS_BY_USER_INDEX } from '@order-pipeline/contracts/tables';
import { cancelRecord, expireRecord } from '@order-pipeline/order-protocol/cancel';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type Projection, Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import type { CreatedRange } from './created-range.js';
import type { OrderPosition } from './cursor.js';

/** The place of an order among its user's orders. */
export interface OrderKey extends OrderPosition {
  readonly user_id: string;
}

/** All methods reject with StoreUnavailableError. */
export interface OrderStore {
  /** Returns the order's record as it is now; undefined while no worker has claimed it. */
  find(orderId: string): Promise<OrderRecord | undefined>;
  /** Returns records by id, in the order of the ids. Ids without a record are left out. */
  findAll(orderIds: readonly string[]): Promise<OrderRecord[]>;
  /**
   * Returns keys of a user's orders created in a range, newest first, from after `after` on, which must be within the
   * range; `more` when these may not be the last.
   */
  listKeys(
    userId: string,
    limit: number,
    after?: OrderPosition,
    created?: CreatedRange,
  ): Promise<{ keys: readonly OrderKey[]; more: boolean }>;
  /** Cancels the order unless it is decided or belongs to another body. Returns the record as it is afterwards. */
  cancel(
    orderId: string,
    nowMs: number,
    fingerprint?: string,
  ): Promise<{ cancelled: boolean; record: OrderRecord }>;
  /** Fails an order that no worker has claimed (QUEUE_EXPIRED). Returns the current record. */
  expire(
    orderId: string,
    nowMs: number,
    fingerprint?: string,
  ): Promise<{ expired: boolean; record: OrderRecord }>;
  /** Rejects when the table cannot be read. */
  check(): Promise<void>;
}

const ORDER_KEY: Projection<OrderKey> = {
  attributes: ['order_id', 'user_id', 'created_at'],
  parse: createItemParser<OrderKey>(
    z.object({ order_id: z.string(), user_id: z.string(), created_at: z.string() }),
  ),
};

/** Creates the reading end of the orders table. */
export function createOrderStore(dynamo: DynamoClient, tableName: string): OrderStore {
  const table = new Table<OrderRecord>(dynamo, {
    name: tableName,
    keyName: 'order_id',
    parse: createItemParser(OrderRecordSchema),
  });
  return {
    // Consistent, so that a client that was just notified of a change never reads the state before it.
    find: (orderId) => table.get(orderId),
    findAll: async (orderIds) => {
      const records = await table.getAll(orderIds, { consistent: false });
      const byId = new Map(records.map((record) => [record.order_id, record]));
      return orderIds.flatMap((id) => byId.get(id) ?? []);
    },
    listKeys: async (userId, limit, after, created) => {
      const { items, nextPageToken } = await table.query({
        index: ORDERS_BY_USER_INDEX,
        hashKey: { name: 'user_id', value: userId },
        rangeKey: { name: 'created_at', ...created },
        projection: ORDER_KEY,
        limit,
        descending: true,
        pageToken: after && { user_id: userId, ...after },
      });
      return { keys: items, more: nextPageToken !== undefined };
    },
    cancel: async (orderId, nowMs, fingerprint) => {
      const { written, record } = await cancelRecord(table, orderId, nowMs, { fingerprint });
      return { cancelled: written, record };
    },
    expire: async (orderId, nowMs, fingerprint) => {
      const { written, record } = await expireRecord(table, orderId, nowMs, fingerprint);
      return { expired: written, record };
    },
    check: () => table.check(),
  };
}
