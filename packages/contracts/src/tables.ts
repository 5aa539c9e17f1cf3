/** The one definition of the tables: the local stack creates them from it, the Pulumi program deploys it. */

/** DynamoDB's key types that are used here: string and number. */
export type KeyType = 'S' | 'N';

/** A key attribute. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** A global secondary index. */
export interface IndexShape {
  readonly name: string;
  readonly hashKey: KeyAttribute;
  readonly rangeKey: KeyAttribute;
  /** KEYS_ONLY: an update of other attributes costs the index nothing; the reader fetches the items by their keys. */
  readonly projection: 'KEYS_ONLY' | 'ALL';
}

/** Keys and attributes of a table. All are billed on demand, encrypted and kept with point-in-time recovery. */
export interface TableShape {
  /** Name within a stack. */
  readonly name: string;
  readonly hashKey: KeyAttribute;
  readonly indexes: readonly IndexShape[];
  /** Attribute with the Unix time in seconds after which DynamoDB deletes an item; items without it stay. */
  readonly ttlAttribute?: string;
}

/** The index of the orders table that lists a user's orders by time. */
export const ORDERS_BY_USER_INDEX = 'by_user';

/** One item an order: the record that the order protocol claims and decides. */
export const ORDERS_TABLE: TableShape = {
  name: 'orders',
  hashKey: { name: 'order_id', type: 'S' },
  indexes: [
    {
      name: ORDERS_BY_USER_INDEX,
      hashKey: { name: 'user_id', type: 'S' },
      rangeKey: { name: 'created_at', type: 'S' },
      projection: 'KEYS_ONLY',
    },
  ],
};

/** The shards of each SKU's stock, with the orders' holds; and notes of deliveries, which expire. */
export const INVENTORY_TABLE: TableShape = {
  name: 'inventory',
  hashKey: { name: 'sku', type: 'S' },
  indexes: [],
  ttlAttribute: 'expires_at',
};

/** One ledger entry an order. */
export const PAYMENTS_TABLE: TableShape = {
  name: 'payments',
  hashKey: { name: 'order_id', type: 'S' },
  indexes: [],
};

/** One item a user who logs in with a password. */
export const USERS_TABLE: TableShape = {
  name: 'users',
  hashKey: { name: 'user_id', type: 'S' },
  indexes: [],
};

/** One item for each webhook endpoint. */
export const WEBHOOK_ENDPOINTS_TABLE: TableShape = {
  name: 'webhook_endpoints',
  hashKey: { name: 'endpoint_id', type: 'S' },
  indexes: [
    {
      name: 'by_owner',
      hashKey: { name: 'owner', type: 'S' },
      rangeKey: { name: 'created_at', type: 'S' },
      projection: 'KEYS_ONLY',
    },
  ],
};

/** One item for each endpoint and order: the events of the order in their sequence, each with its delivery. Items expire. */
export const WEBHOOK_DELIVERIES_TABLE: TableShape = {
  name: 'webhook_deliveries',
  hashKey: { name: 'stream_id', type: 'S' },
  indexes: [
    {
      name: 'by_endpoint',
      hashKey: { name: 'endpoint_id', type: 'S' },
      rangeKey: { name: 'created_at', type: 'S' },
      projection: 'KEYS_ONLY',
    },
  ],
  ttlAttribute: 'expires_at',
};

/** Every table. */
export const TABLES: readonly TableShape[] = [
  ORDERS_TABLE,
  INVENTORY_TABLE,
  PAYMENTS_TABLE,
  USERS_TABLE,
  WEBHOOK_ENDPOINTS_TABLE,
  WEBHOOK_DELIVERIES_TABLE,
];
