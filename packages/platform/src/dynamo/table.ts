/** One DynamoDB table whose items are parsed when they are read. */
import type { CallOptions, DynamoClient, Item, PageResult } from './client.js';
import { ConditionFailedError, MalformedItemError, StoreUnavailableError } from './errors.js';
import { namesIn, type RangeKey, toRangeCondition } from './expressions.js';
import type { ItemParser } from './parse.js';

/** Options of a table. */
export interface TableOptions<T> {
  readonly name: string;
  /** The hash key's attribute. */
  readonly keyName: keyof T & string;
  /** Turns an item into a `T`. */
  readonly parse: ItemParser<T>;
  /** Tries of each call, the first included. The client's own number by default. */
  readonly maxAttempts?: number;
  /** Reads of a batch that DynamoDB serves in part, the first included. Default 8. */
  readonly maxBatchReads?: number;
}

/** Options of a read. */
export interface ReadOptions {
  /** Strongly consistent: sees every completed write. Costs twice as much. Default true. */
  readonly consistent?: boolean;
}

/** Some attributes of an item, and how they are parsed. */
export interface Projection<P> {
  readonly attributes: readonly string[];
  readonly parse: ItemParser<P>;
}

/** A conditional update of one item. Every `#name` refers to the attribute `name` unless `names` overrides it. */
export interface ConditionalUpdate {
  readonly update: string;
  /** Always holds by default. */
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/** Position in an index or table at which reading continues: the key attributes of the last item read. */
export type PageToken = Item;

/** A query of the items under one hash key of an index. */
export interface IndexQuery<P> {
  readonly index: string;
  readonly hashKey: { readonly name: string; readonly value: string };
  /** Items between these bounds only. DynamoDB rejects a `from` after `to`, and a page token outside of both. */
  readonly rangeKey?: RangeKey | undefined;
  readonly projection: Projection<P>;
  readonly limit: number;
  /** Largest range key first. Default false. */
  readonly descending?: boolean;
  readonly pageToken?: PageToken | undefined;
}

/** A page of a scan. */
export interface ScanOptions<P> {
  readonly filter: string;
  readonly values: Item;
  readonly projection: Projection<P>;
  /** Maximum number of items that are evaluated. */
  readonly limit: number;
  readonly pageToken?: PageToken | undefined;
  readonly signal?: AbortSignal;
}

/** A page of items. */
export interface Page<P> {
  readonly items: readonly P[];
  /** Present when there may be more. */
  readonly nextPageToken?: PageToken;
}

/** A page of a scan: one malformed item does not hide the others. */
export interface ScanPage<P> extends Page<P> {
  readonly malformed: readonly MalformedItemError[];
  /** Read capacity units that the page took. */
  readonly readUnits: number;
}

const DEFAULT_BATCH_READS = 8;

/**
 * Reads and conditional writes of items `T` by their hash key.
 *
 * Every method rejects with StoreUnavailableError when a retry may help, and every read with MalformedItemError when an
 * item does not parse.
 */
export class Table<T extends object> {
  readonly name: string;
  readonly #client: DynamoClient;
  readonly #options: TableOptions<T>;

  constructor(client: DynamoClient, options: TableOptions<T>) {
    this.#client = client;
    this.#options = options;
    this.name = options.name;
  }

  /** Returns the item, or undefined when there is none. */
  async get(key: string, { consistent = true }: ReadOptions = {}): Promise<T | undefined> {
    const request = { TableName: this.name, Key: this.#keyOf(key), ConsistentRead: consistent };
    const { Item } = await this.#client.get(request, this.#call());
    return Item && this.#parse(Item, this.#options.parse);
  }

  /** Returns up to 100 items in no particular order; items that do not exist are left out. */
  async getAll(keys: readonly string[], options?: ReadOptions): Promise<T[]>;
  /** Returns some attributes of up to 100 items; items that do not exist are left out. */
  async getAll<P>(
    keys: readonly string[],
    options: ReadOptions & { readonly projection: Projection<P> },
  ): Promise<P[]>;
  async getAll(
    keys: readonly string[],
    { consistent = true, projection }: ReadOptions & { readonly projection?: Projection<unknown> } = {},
  ): Promise<unknown[]> {
    const parse: ItemParser<unknown> = projection?.parse ?? this.#options.parse;
    const { maxBatchReads = DEFAULT_BATCH_READS } = this.#options;
    const found: unknown[] = [];
    let Keys: readonly Item[] = keys.map((key) => this.#keyOf(key));
    for (let reads = 0; Keys.length > 0; reads += 1) {
      if (reads === maxBatchReads)
        throw new StoreUnavailableError(`Table ${this.name} is throttled: it left out keys of a batch`);
      const request = { TableName: this.name, Keys, ConsistentRead: consistent, ...toProjection(projection) };
      const { Items, UnprocessedKeys } = await this.#client.batchGet(request, this.#call());
      found.push(...Items.map((item) => this.#parse(item, parse)));
      Keys = UnprocessedKeys;
    }
    return found;
  }

  /** Writes a new item. Rejects with ConditionFailedError when its key is taken. */
  async create(item: T): Promise<void> {
    const { keyName } = this.#options;
    const request = {
      TableName: this.name,
      Item: item as Item,
      ConditionExpression: `attribute_not_exists(#${keyName})`,
      ExpressionAttributeNames: { [`#${keyName}`]: keyName },
    };
    await this.#conditional(String(item[keyName]), () => this.#client.put(request, this.#call()));
  }

  /** Updates the item. Rejects with ConditionFailedError when the condition does not hold. */
  async update(key: string, write: ConditionalUpdate): Promise<void> {
    await this.#update(key, write, 'NONE');
  }

  /** Updates the item and returns it. Rejects with ConditionFailedError when the condition does not hold. */
  async updateAndGet(key: string, write: ConditionalUpdate): Promise<T> {
    const { Attributes = {} } = await this.#update(key, write, 'ALL_NEW');
    return this.#parse(Attributes, this.#options.parse);
  }

  /** Returns one page of a query, eventually consistent. */
  async query<P>({ index, hashKey, rangeKey, projection, limit, ...query }: IndexQuery<P>): Promise<Page<P>> {
    const { ExpressionAttributeNames, ...attributes } = toProjection(projection);
    const range = toRangeCondition(rangeKey);
    const request = {
      TableName: this.name,
      IndexName: index,
      KeyConditionExpression: `#hash_key = :hash_key${range.condition}`,
      ExpressionAttributeNames: { ...ExpressionAttributeNames, '#hash_key': hashKey.name, ...range.names },
      ExpressionAttributeValues: { ':hash_key': hashKey.value, ...range.values },
      ScanIndexForward: !query.descending,
      Limit: limit,
      ...attributes,
      ...(query.pageToken && { ExclusiveStartKey: query.pageToken }),
    };
    const page = await this.#client.query(request, this.#call());
    return { items: page.Items.map((item) => this.#parse(item, projection.parse)), ...nextOf(page) };
  }

  /** Returns one page of a scan, eventually consistent for half the price. */
  async scanPage<P>({ filter, values, projection, limit, ...scan }: ScanOptions<P>): Promise<ScanPage<P>> {
    const { ExpressionAttributeNames, ...attributes } = toProjection(projection);
    const request = {
      TableName: this.name,
      FilterExpression: filter,
      ExpressionAttributeNames: { ...namesIn(filter), ...ExpressionAttributeNames },
      ExpressionAttributeValues: values,
      Limit: limit,
      ...attributes,
      ...(scan.pageToken && { ExclusiveStartKey: scan.pageToken }),
    };
    const page = await this.#client.scan(request, this.#call(scan.signal));
    const items: P[] = [];
    const malformed: MalformedItemError[] = [];
    for (const item of page.Items) {
      try {
        items.push(this.#parse(item, projection.parse));
      } catch (error) {
        malformed.push(error as MalformedItemError);
      }
    }
    return { items, malformed, readUnits: page.CapacityUnits ?? 0, ...nextOf(page) };
  }

  /** Rejects when the table cannot be read. */
  async check(): Promise<void> {
    const request = { TableName: this.name, Key: this.#keyOf('readiness-check'), ConsistentRead: true };
    await this.#client.get(request, this.#call());
  }

  #update(
    key: string,
    { update, condition, names, values }: ConditionalUpdate,
    ReturnValues: 'NONE' | 'ALL_NEW',
  ) {
    const aliases = namesIn(`${update} ${condition ?? ''}`, names);
    const request = {
      TableName: this.name,
      Key: this.#keyOf(key),
      UpdateExpression: update,
      ...(condition !== undefined && { ConditionExpression: condition }),
      ...(aliases && { ExpressionAttributeNames: aliases }),
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValues,
    };
    return this.#conditional(key, () => this.#client.update(request, this.#call()));
  }

  async #conditional<R>(key: string, write: () => Promise<R>): Promise<R> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      throw new ConditionFailedError(await this.#currentOf(key, error.current), { cause: error.cause });
    }
  }

  /** Returns the current item. DynamoDB sends it with the failure; where an emulator leaves it out, it is read. */
  async #currentOf(key: string, sent: unknown): Promise<T | undefined> {
    return sent ? this.#parse(sent as Item, this.#options.parse) : await this.get(key);
  }

  #parse<P>(item: Item, parse: ItemParser<P>): P {
    try {
      return parse(item);
    } catch (cause) {
      throw new MalformedItemError(this.name, String(item[this.#options.keyName]), cause);
    }
  }

  #keyOf(key: string): Item {
    return { [this.#options.keyName]: key };
  }

  #call(signal?: AbortSignal): CallOptions {
    const { maxAttempts } = this.#options;
    return { ...(maxAttempts !== undefined && { maxAttempts }), ...(signal && { signal }) };
  }
}

function toProjection(projection: Projection<unknown> | undefined) {
  if (!projection) return {};
  const aliases = projection.attributes.map((attribute) => `#${attribute}`);
  const ProjectionExpression = aliases.join(', ');
  return { ProjectionExpression, ExpressionAttributeNames: namesIn(ProjectionExpression) ?? {} };
}

function nextOf({ LastEvaluatedKey }: PageResult): { nextPageToken?: PageToken } {
  return LastEvaluatedKey ? { nextPageToken: LastEvaluatedKey } : {};
}
