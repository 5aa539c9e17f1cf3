/**
 * DynamoDB through the AWS SDK. Scans are the SDK's own calls; what every order needs is called without its middleware, with its
 * configuration, connections, retries and errors.
 */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { LeanCaller } from '../aws/lean-caller.js';
import type { LeanClient } from '../aws/lean-target.js';
import type { AwsClientOptions } from '../aws-options.js';
import type { Registry } from '../metrics.js';
import { CallObserver } from '../observe/calls.js';
import type {
  BatchGetRequest,
  CallOptions,
  DynamoClient,
  GetRequest,
  Item,
  PageResult,
  PutRequest,
  QueryRequest,
  ScanRequest,
  UpdateRequest,
} from './client.js';
import { ConditionFailedError, StoreUnavailableError } from './errors.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { isRetryable } from './retryable.js';
import { createDynamoSdk } from './sdk.js';

/**
 * Creates a client of the endpoint and credentials that the environment names. Connects when it is first used. Its calls
 * are measured when there is a registry.
 */
export function createDynamo(options: AwsClientOptions, registry?: Registry): DynamoClient {
  return new SdkDynamoClient(options, registry && new CallObserver(registry));
}

/** DynamoDB's response to a write whose condition did not hold. The SDK does not unmarshall the item. */
interface ConditionalCheckFailed extends Error {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

/** One SDK client for each number of attempts: the SDK has no such option per call. */
class SdkDynamoClient implements DynamoClient {
  readonly #options: AwsClientOptions;
  readonly #observer: CallObserver | undefined;
  readonly #clients = new Map<number, Clients>();

  constructor(options: AwsClientOptions, observer: CallObserver | undefined) {
    this.#options = options;
    this.#observer = observer;
  }

  async get(request: GetRequest, options: CallOptions = {}): Promise<{ readonly Item?: Item | undefined }> {
    const { Item } = await this.#lean('GetItem', request.TableName, toWire(request), options);
    return Item ? { Item: unmarshall(Item) } : {};
  }

  async batchGet({ TableName, Keys, ...read }: BatchGetRequest, options: CallOptions = {}) {
    const input = { RequestItems: { [TableName]: { Keys: Keys.map(toAttributes), ...read } } };
    const { Responses, UnprocessedKeys } = await this.#lean('BatchGetItem', TableName, input, options);
    return {
      Items: (Responses?.[TableName] ?? []).map((item) => unmarshall(item)),
      UnprocessedKeys: (UnprocessedKeys?.[TableName]?.Keys ?? []).map((key) => unmarshall(key)),
    };
  }

  async put(request: PutRequest, options: CallOptions = {}): Promise<void> {
    const { TableName } = request;
    const input = { ...toWire(request), ...this.#writeOptions };
    this.#countUnits(TableName, await this.#lean('PutItem', TableName, input, options));
  }

  async update(
    request: UpdateRequest,
    options: CallOptions = {},
  ): Promise<{ readonly Attributes?: Item | undefined }> {
    const { TableName } = request;
    const input = { ...toWire(request), ...this.#writeOptions };
    const output = await this.#lean('UpdateItem', TableName, input, options);
    this.#countUnits(TableName, output);
    return output.Attributes ? { Attributes: unmarshall(output.Attributes) } : {};
  }

  async query(request: QueryRequest, options: CallOptions = {}): Promise<PageResult> {
    const { Items = [], LastEvaluatedKey } = await this.#lean(
      'Query',
      request.TableName,
      toWire(request),
      options,
    );
    return {
      Items: Items.map((item) => unmarshall(item)),
      ...(LastEvaluatedKey && { LastEvaluatedKey: unmarshall(LastEvaluatedKey) }),
    };
  }

  async scan(request: ScanRequest, options: CallOptions = {}): Promise<PageResult> {
    const command = new ScanCommand({ ...request, ReturnConsumedCapacity: 'TOTAL' });
    const { TableName } = request;
    return toPage(await this.#call('Scan', TableName, options, ({ sdk }, http) => sdk.send(command, http)));
  }

  destroy(): void {
    for (const { sdk } of this.#clients.values()) sdk.destroy();
  }

  /** Requests the consumed units of a write only when they are counted. */
  get #writeOptions() {
    return {
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ...(this.#observer && { ReturnConsumedCapacity: 'TOTAL' as const }),
    } as const;
  }

  #countUnits(table: string, { ConsumedCapacity }: WireOutput): void {
    const units = ConsumedCapacity?.CapacityUnits;
    if (units !== undefined) this.#observer?.countWriteUnits(table, units);
  }

  #lean(operation: OperationName, table: string, input: object, options: CallOptions): Promise<WireOutput> {
    return this.#call(operation, table, options, ({ lean }, http) =>
      lean.call<WireOutput>(OPERATIONS[operation], input, http),
    );
  }

  #call<R>(operation: string, target: string, options: CallOptions, send: Send<R>): Promise<R> {
    if (!this.#observer) return this.#send(target, options, send);
    const call = this.#observer.prepare(`${operation} ${target}`, () => ({
      dependency: 'dynamodb',
      operation,
      target,
      attributes: {
        'db.system.name': 'aws.dynamodb',
        'db.operation.name': operation,
        'db.collection.name': target,
      },
      isFailure,
    }));
    return call.run(() => this.#send(target, options, send));
  }

  async #send<R>(
    table: string,
    { maxAttempts = this.#options.maxAttempts, signal }: CallOptions,
    send: Send<R>,
  ): Promise<R> {
    try {
      return await send(this.#clientOf(maxAttempts), signal ? { abortSignal: signal } : {});
    } catch (error) {
      // A call that its caller aborted is no outage.
      if (signal?.aborted) throw error;
      throw toStoreError(error, table);
    }
  }

  #clientOf(maxAttempts: number): Clients {
    const known = this.#clients.get(maxAttempts);
    if (known) return known;
    const sdk = createDynamoSdk({ ...this.#options, maxAttempts });
    const clients = { sdk, lean: new LeanCaller(sdk as unknown as LeanClient) };
    this.#clients.set(maxAttempts, clients);
    return clients;
  }
}

interface Clients {
  readonly sdk: DynamoDBDocumentClient;
  readonly lean: LeanCaller;
}

type Send<R> = (clients: Clients, http: { abortSignal?: AbortSignal }) => Promise<R>;

type Attributes = Parameters<typeof unmarshall>[0];

/** Output of the hot operations, in DynamoDB's JSON. */
interface WireOutput {
  readonly Item?: Attributes;
  readonly Attributes?: Attributes;
  readonly Items?: readonly Attributes[];
  readonly LastEvaluatedKey?: Attributes;
  readonly Responses?: Readonly<Record<string, readonly Attributes[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys?: readonly Attributes[] }>>;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number | undefined };
}

function toAttributes(item: Item): Attributes {
  return marshall(item, { removeUndefinedValues: true });
}

/** The members of a request that hold plain values. */
const PLAIN_VALUES = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const;

/** Returns the request in DynamoDB's JSON. */
function toWire(request: object): object {
  const wire: Record<string, unknown> = { ...request };
  for (const name of PLAIN_VALUES)
    if (wire[name] !== undefined) wire[name] = toAttributes(wire[name] as Item);
  return wire;
}

/** Returns false when a condition does not hold, which is an expected result. */
function isFailure(error: unknown): boolean {
  return !(error instanceof ConditionFailedError);
}

function toPage(output: {
  Items?: Item[] | undefined;
  LastEvaluatedKey?: Item | undefined;
  ConsumedCapacity?: { CapacityUnits?: number | undefined } | undefined;
}): PageResult {
  const { Items = [], LastEvaluatedKey, ConsumedCapacity } = output;
  return {
    Items,
    ...(LastEvaluatedKey && { LastEvaluatedKey }),
    ...(ConsumedCapacity?.CapacityUnits !== undefined && { CapacityUnits: ConsumedCapacity.CapacityUnits }),
  };
}

function toStoreError(error: unknown, table: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ConditionalCheckFailedException') {
    const { Item } = error as ConditionalCheckFailed;
    return new ConditionFailedError(Item && unmarshall(Item), { cause: error });
  }
  if (!isRetryable(error)) return error;
  const reason = [error.name, error.message].filter((text) => text !== '').join(': ');
  return new StoreUnavailableError(`Table ${table} is unavailable (${reason})`, { cause: error });
}
