/** A DynamoDB client that counts capacity for each key, and throttles calls beyond the limits of a partition key. */
import type {
  BatchGetRequest,
  DynamoClient,
  GetRequest,
  Item,
  UpdateRequest,
} from '@order-pipeline/platform/dynamo/client';
import { ConditionFailedError, StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import {
  Bucket,
  itemSize,
  READ_UNITS_PER_SECOND,
  readUnits,
  type Usage,
  WRITE_UNITS_PER_SECOND,
  writeUnits,
} from './capacity.js';

/** Duration of a call, in milliseconds. */
const CALL_MS = 1;

interface Key {
  readonly reads: Bucket;
  readonly writes: Bucket;
  readUnits: number;
  writeUnits: number;
}

/** Counts and limits the calls of inventory. */
export class MeteredClient {
  /** Virtual time in milliseconds at which the current event began. */
  now = 0;
  /** Throttled calls. */
  throttled = 0;
  readonly #client: DynamoClient;
  readonly #keys = new Map<string, Key>();
  /** Calls of the current event. */
  #calls = 0;

  constructor(client: DynamoClient) {
    this.#client = client;
  }

  /** The client for the store. */
  readonly port: DynamoClient = {
    get: async (request: GetRequest) => {
      const { Item } = await this.#client.get(request);
      this.#read(String(request.Key.sku), Item);
      return { Item };
    },
    batchGet: async (request: BatchGetRequest) => {
      // All attributes: a projection costs as much as the whole items.
      const { ProjectionExpression: _, ExpressionAttributeNames: __, ...whole } = request;
      const { Items, UnprocessedKeys } = await this.#client.batchGet(whole);
      const found = new Map(Items.map((item) => [String(item.sku), item]));
      for (const { sku } of request.Keys) this.#read(String(sku), found.get(String(sku)));
      return { Items, UnprocessedKeys };
    },
    update: async (request: UpdateRequest) => {
      const key = String(request.Key.sku);
      try {
        // Shards stay below 1 KB, so that the units are known before the size is.
        this.#take(key, 'writes', 1);
        const { Attributes = {} } = await this.#client.update({ ...request, ReturnValues: 'ALL_NEW' });
        this.#count(key, { readUnits: 0, writeUnits: writeUnits(itemSize(Attributes)) });
        return { Attributes };
      } catch (error) {
        if (error instanceof ConditionFailedError)
          this.#count(key, { readUnits: 0, writeUnits: writeUnits(itemSize((error.current ?? {}) as Item)) });
        throw error;
      }
    },
    put: (request) => this.#client.put(request),
    query: (request) => this.#client.query(request),
    scan: (request) => this.#client.scan(request),
    destroy: () => undefined,
  };

  /** Begins an event at a virtual time. */
  begin(now: number): void {
    this.now = now;
    this.#calls = 0;
  }

  /** Returns the usage of each key since the last reset. */
  usage(): readonly Usage[] {
    return [...this.#keys.values()];
  }

  /** Resets the usage; limits are unchanged. */
  reset(): void {
    this.throttled = 0;
    for (const key of this.#keys.values()) Object.assign(key, { readUnits: 0, writeUnits: 0 });
  }

  #read(key: string, item: Item | undefined): void {
    const units = readUnits(itemSize(item ?? {}));
    this.#take(key, 'reads', units);
    this.#count(key, { readUnits: units, writeUnits: 0 });
  }

  #take(key: string, kind: 'reads' | 'writes', units: number): void {
    this.#calls += 1;
    if (this.#keyOf(key)[kind].take(units, this.now + this.#calls * CALL_MS)) return;
    this.throttled += 1;
    const cause = Object.assign(new Error('throttled'), { name: 'ThrottlingException' });
    throw new StoreUnavailableError('throttled', { cause });
  }

  #count(key: string, used: Usage): void {
    const entry = this.#keyOf(key);
    entry.readUnits += used.readUnits;
    entry.writeUnits += used.writeUnits;
  }

  #keyOf(key: string): Key {
    const known = this.#keys.get(key);
    if (known) return known;
    const entry = {
      reads: new Bucket(READ_UNITS_PER_SECOND),
      writes: new Bucket(WRITE_UNITS_PER_SECOND),
      readUnits: 0,
      writeUnits: 0,
    };
    this.#keys.set(key, entry);
    return entry;
  }
}
