/** The DynamoDB client of one process. */
import type { CallOptions, DynamoClient, Item } from '@order-pipeline/platform/dynamo/client';
import { ConditionFailedError, StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { isRetryable } from '@order-pipeline/platform/dynamo/retryable';
import type { World } from '../../kernel/world.js';
import { type AwsClientOptions, awsError, withAwsRetries, withDates } from '../aws-client.js';
import type { Network } from '../network.js';
import type { SimDatabase } from './database.js';
import { ExpressionError } from './lexer.js';
import { TableConditionError, TableThrottledError } from './table.js';

/** Dependencies of a client. */
export interface DynamoClientDeps {
  readonly world: World;
  readonly network: Network;
  readonly database: SimDatabase;
}

/** A request, as far as faults and the trace name it. */
interface Request {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
}

const LATENCY_MS = [1, 6] as const;

/** Creates a client that reaches the simulated DynamoDB over the simulated network. */
export function createDynamoClient(deps: DynamoClientDeps, options: AwsClientOptions): DynamoClient {
  const { database } = deps;
  const call = <R>(name: string, request: Request, run: (stale: boolean) => R, callOptions?: CallOptions) =>
    callDatabase(deps, options, name, request, run, callOptions);
  return {
    get: (request, how) => call('get', request, (stale) => database.get(request, stale), how),
    batchGet: (request, how) => call('batchGet', request, (stale) => database.batchGet(request, stale), how),
    put: (request, how) => call('put', request, () => database.put(request), how),
    update: (request, how) => call('update', request, () => database.update(request), how),
    query: (request, how) => call('query', request, () => database.query(request), how),
    scan: (request, how) => call('scan', request, () => database.scan(request), how),
    destroy: () => undefined,
  };
}

async function callDatabase<R>(
  { world, network, database }: DynamoClientDeps,
  { maxAttempts: ownAttempts, requestTimeoutMs, dates }: AwsClientOptions,
  name: string,
  request: Request,
  run: (stale: boolean) => R,
  { maxAttempts = ownAttempts, signal }: CallOptions = {},
): Promise<R> {
  const subject = subjectOf(database, request);
  const key = `${name}/${subject}`;
  const attempt = () =>
    withDates(world, dates, (stamp) =>
      network.call<R>({
        target: 'dynamodb',
        label: labelOf(name, subject, request),
        key,
        timeoutMs: requestTimeoutMs,
        latencyMs: LATENCY_MS,
        signal,
        execute: (fault) => {
          stamp();
          return execute(world, subject, () => run(fault === 'stale-read'));
        },
        toTimeout: () => awsError('TimeoutError', undefined, 'DynamoDB did not answer in time'),
        toServerError: (fault) =>
          fault === 'throttled'
            ? awsError('ThrottlingException', 400, 'Rate exceeded')
            : awsError('InternalServerError', 500, 'Internal server error'),
      }),
    );
  try {
    return await withAwsRetries(world, { maxAttempts, requestTimeoutMs }, `dynamodb/${key}`, signal, attempt);
  } catch (error) {
    if (signal?.aborted || !isRetryable(error)) throw error;
    throw new StoreUnavailableError(`Table ${request.TableName} is unavailable (${(error as Error).name})`, {
      cause: error,
    });
  }
}

function execute<R>(world: World, subject: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    const failure = toServerError(error);
    world.trace.add(world.now, 'dynamodb', 'dynamodb', `${(failure as Error).name} for ${subject}`);
    throw failure;
  }
}

function toServerError(error: unknown): unknown {
  if (error instanceof TableConditionError) return new ConditionFailedError(error.standing, { cause: error });
  if (error instanceof TableThrottledError)
    return awsError('ThrottlingException', 400, 'Throughput exceeds the current capacity of the partition');
  if (error instanceof ExpressionError) return awsError('ValidationException', 400, error.message);
  return error;
}

/** The table, with the key where the request is about one item. */
function subjectOf(database: SimDatabase, { TableName, Key, Item }: Request): string {
  const key = (Key ?? Item)?.[database.table(TableName).shape.hashKey.name];
  return key === undefined ? TableName : `${TableName}/${String(key)}`;
}

/** Returns a label of a request, for the trace. */
function labelOf(name: string, subject: string, { UpdateExpression }: Request): string {
  return UpdateExpression === undefined ? `${name} ${subject}` : `${name} ${subject} [${UpdateExpression}]`;
}
