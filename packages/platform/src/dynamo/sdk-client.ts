/** DynamoDB through the AWS SDK. */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
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
import { isRetryable } from './retryable.js';
import { createDynamoSdk } from './sdk.js';

/**
 * Creates a client of the endpoint and credentials that the environment names. Connects when it is first used. Its calls
 * are measured when there is a registry.
 */
export function createDynamo(options: AwsClientOptions, registry?: Registry): DynamoClient {
  return new SdkDynamoClient(options, registry && new CallObserver(registry));
}

/** DynamoDB's answer to a write whose condition did not hold. The SDK does not unmarshall the item. */
interface ConditionalCheckFailed extends Error {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

/** One SDK client for each number of attempts: the SDK has no such option per call. */
class SdkDynamoClient implements DynamoClient {
  readonly #options: AwsClientOptions;
  readonly #observer: CallObserver | undefined;
  readonly #clients = new Map<number, DynamoDBDocumentClient>();

  constructor(options: AwsClientOptions, observer: CallObserver | undefined) {
    this.#options = options;
    this.#observer = observer;
  }

  get(request: GetRequest, options: CallOptions = {}): Promise<{ readonly Item?: Item | undefined }> {
    return this.#call('GetItem', request.TableName, options, (client, http) =>
      client.send(new GetCommand(request), http),
    );
  }

  async batchGet({ TableName, Keys, ...read }: BatchGetRequest, options: CallOptions = {}) {
    const command = new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [...Keys], ...read } } });
    const { Responses, UnprocessedKeys } = await this.#call(
      'BatchGetItem',
      TableName,
      options,
      (client, http) => client.send(command, http),
    );
    return {
      Items: Responses?.[TableName] ?? [],
      UnprocessedKeys: UnprocessedKeys?.[TableName]?.Keys ?? [],
    };
  }

  async put(request: PutRequest, options: CallOptions = {}): Promise<void> {
    const command = new PutCommand({ ...request, ...this.#writeOptions });
    const { TableName } = request;
    const output = await this.#call('PutItem', TableName, options, (client, http) =>
      client.send(command, http),
    );
    this.#countUnits(TableName, output);
  }

  async update(
    request: UpdateRequest,
    options: CallOptions = {},
  ): Promise<{ readonly Attributes?: Item | undefined }> {
    const command = new UpdateCommand({ ...request, ...this.#writeOptions });
    const { TableName } = request;
    const output = await this.#call('UpdateItem', TableName, options, (client, http) =>
      client.send(command, http),
    );
    this.#countUnits(TableName, output);
    return output;
  }

  async query(request: QueryRequest, options: CallOptions = {}): Promise<PageResult> {
    const command = new QueryCommand(request);
    const { TableName } = request;
    return toPage(
      await this.#call('Query', TableName, options, (client, http) => client.send(command, http)),
    );
  }

  async scan(request: ScanRequest, options: CallOptions = {}): Promise<PageResult> {
    const command = new ScanCommand({ ...request, ReturnConsumedCapacity: 'TOTAL' });
    const { TableName } = request;
    return toPage(await this.#call('Scan', TableName, options, (client, http) => client.send(command, http)));
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  /** The units of a write are asked for only when somebody counts them. */
  get #writeOptions() {
    return {
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ...(this.#observer && { ReturnConsumedCapacity: 'TOTAL' as const }),
    } as const;
  }

  #countUnits(table: string, { ConsumedCapacity }: WriteOutput): void {
    const units = ConsumedCapacity?.CapacityUnits;
    if (units !== undefined) this.#observer?.countWriteUnits(table, units);
  }

  #call<R>(operation: string, target: string, options: CallOptions, send: Send<R>): Promise<R> {
    if (!this.#observer) return this.#send(target, options, send);
    const attributes = {
      'db.system.name': 'aws.dynamodb',
      'db.operation.name': operation,
      'db.collection.name': target,
    };
    return this.#observer.observe({ dependency: 'dynamodb', operation, target, attributes, isFailure }, () =>
      this.#send(target, options, send),
    );
  }

  async #send<R>(
    table: string,
    { maxAttempts = this.#options.maxAttempts, signal }: CallOptions,
    send: Send<R>,
  ): Promise<R> {
    try {
      return await send(this.#clientOf(maxAttempts), signal ? { abortSignal: signal } : {});
    } catch (error) {
      // A caller that gave up is no outage.
      if (signal?.aborted) throw error;
      throw toStoreError(error, table);
    }
  }

  #clientOf(maxAttempts: number): DynamoDBDocumentClient {
    const client = this.#clients.get(maxAttempts) ?? createDynamoSdk({ ...this.#options, maxAttempts });
    this.#clients.set(maxAttempts, client);
    return client;
  }
}

type Send<R> = (client: DynamoDBDocumentClient, http: { abortSignal?: AbortSignal }) => Promise<R>;

interface WriteOutput {
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number | undefined } | undefined;
}

/** A condition that does not hold is an answer. */
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
