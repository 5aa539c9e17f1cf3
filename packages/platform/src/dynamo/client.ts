/**
 * The port between tables and DynamoDB. Requests have the field names of DynamoDB's API, with plain values in place of
 * its typed attribute values. The AWS SDK, another HTTP client or a simulator can implement it.
 */

/** An item, or some attributes of one, as plain values. */
export type Item = Readonly<Record<string, unknown>>;

/** Parts of a request that has expressions. */
export interface ExpressionParameters {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** Reads one item by its key. */
export interface GetRequest {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
}

/** Reads up to 100 items of one table by their keys. */
export interface BatchGetRequest extends Pick<ExpressionParameters, 'ExpressionAttributeNames'> {
  readonly TableName: string;
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
}

/** Writes a whole item. */
export interface PutRequest extends ExpressionParameters {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression?: string;
}

/** Changes attributes of one item. */
export interface UpdateRequest extends ExpressionParameters {
  readonly TableName: string;
  readonly Key: Item;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ReturnValues?: 'NONE' | 'ALL_NEW';
}

/** Reads one page of items. */
interface PageRequest extends ExpressionParameters {
  readonly TableName: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  /** Maximum number of items that are evaluated. */
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}

/** Reads one page of the items under one hash key of an index. */
export interface QueryRequest extends PageRequest {
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly ScanIndexForward?: boolean;
}

/** Reads one page of a whole table, eventually consistent. */
export type ScanRequest = PageRequest;

/** One page of items. */
export interface PageResult {
  readonly Items: readonly Item[];
  /** Present when there may be more items. */
  readonly LastEvaluatedKey?: Item;
  /** Read capacity units that the page took. Of scans only. */
  readonly CapacityUnits?: number;
}

/** Options of one call. */
export interface CallOptions {
  /** Tries of the call, the first included. The client's own number by default. */
  readonly maxAttempts?: number;
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/**
 * A connection to DynamoDB. Every method rejects with StoreUnavailableError when the same call may succeed later, and
 * with the client's own errors when a request is refused for another reason.
 */
export interface DynamoClient {
  get(request: GetRequest, options?: CallOptions): Promise<{ readonly Item?: Item | undefined }>;
  /** Items that do not exist are left out. `UnprocessedKeys` were not read: DynamoDB had no capacity left. */
  batchGet(
    request: BatchGetRequest,
    options?: CallOptions,
  ): Promise<{ readonly Items: readonly Item[]; readonly UnprocessedKeys: readonly Item[] }>;
  /** Rejects with ConditionFailedError, with the current item when the server sent it. */
  put(request: PutRequest, options?: CallOptions): Promise<void>;
  /** Rejects with ConditionFailedError, with the current item when the server sent it. */
  update(request: UpdateRequest, options?: CallOptions): Promise<{ readonly Attributes?: Item | undefined }>;
  query(request: QueryRequest, options?: CallOptions): Promise<PageResult>;
  scan(request: ScanRequest, options?: CallOptions): Promise<PageResult>;
  /** Closes the connections. */
  destroy(): void;
}
