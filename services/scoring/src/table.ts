/** One DynamoDB table whose conditional writes fail with the item that stood in the way. */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Unavailable } from './errors.js';

/** The condition of a write did not hold; nothing was written. */
export class ConditionFailed<T> extends Error {
  override readonly name = 'ConditionFailed';

  constructor(
    /** The item that stood there, undefined where there was none. */
    readonly standing: T | undefined,
    options?: ErrorOptions,
  ) {
    super('The condition of the write did not hold', options);
  }
}

/** A conditional update of one item, in DynamoDB's expressions. */
export interface ConditionalUpdate {
  readonly update: string;
  readonly condition: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Errors that DynamoDB answers with while it is throttled or in trouble. 5xx answers count without being named. */
const TEMPORARY_ERRORS: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Whether the same call may succeed later: throttling, server errors, and calls that no answer came to. */
export function isTemporary(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if ($metadata === undefined) return false;
  const status = $metadata.httpStatusCode;
  return status === undefined || status >= 500 || TEMPORARY_ERRORS.has(name ?? '');
}

/** DynamoDB's answer to a write whose condition did not hold. */
interface ConditionalCheckFailed extends Error {
  readonly Item?: Parameters<typeof unmarshall>[0];
}

function isConditionalCheckFailed(error: unknown): error is ConditionalCheckFailed {
  return (error as Error).name === 'ConditionalCheckFailedException';
}

/** Reads and conditional writes of items `T` by their hash key. Throws Unavailable where a repeat may help. */
export class Table<T extends object> {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    readonly name: string,
    private readonly keyName: keyof T & string,
  ) {}

  /** The item as it stands now (a consistent read). */
  async get(key: string): Promise<T | undefined> {
    const { Item } = await this.temporary(() =>
      this.client.send(
        new GetCommand({ TableName: this.name, Key: { [this.keyName]: key }, ConsistentRead: true }),
      ),
    );
    return Item as T | undefined;
  }

  /** Some attributes of up to 100 items in one consistent read; items that do not exist are left out. */
  async getAll<K extends keyof T & string>(
    keys: readonly string[],
    attributes: readonly K[],
  ): Promise<Pick<T, K>[]> {
    const names = attributes.map((attribute, index) => [`#a${index}`, attribute] as const);
    const { Responses, UnprocessedKeys } = await this.temporary(() =>
      this.client.send(
        new BatchGetCommand({
          RequestItems: {
            [this.name]: {
              Keys: keys.map((key) => ({ [this.keyName]: key })),
              ConsistentRead: true,
              ProjectionExpression: names.map(([placeholder]) => placeholder).join(', '),
              ExpressionAttributeNames: Object.fromEntries(names),
            },
          },
        }),
      ),
    );
    if (UnprocessedKeys?.[this.name]) throw new Unavailable(`Table ${this.name} is throttled`);
    return (Responses?.[this.name] ?? []) as Pick<T, K>[];
  }

  /** Writes a new item. Throws ConditionFailed where its key is taken. */
  async create(item: T): Promise<void> {
    const command = new PutCommand({
      TableName: this.name,
      Item: item,
      ConditionExpression: `attribute_not_exists(${this.keyName})`,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await this.conditional(String(item[this.keyName]), () => this.client.send(command));
  }

  /** Writes if the condition holds. Throws ConditionFailed. */
  async update(key: string, write: ConditionalUpdate): Promise<void> {
    await this.write(key, write, 'NONE');
  }

  /** Writes if the condition holds and answers the whole item after it. Throws ConditionFailed. */
  async updateAndGet(key: string, write: ConditionalUpdate): Promise<T> {
    const { Attributes } = await this.write(key, write, 'ALL_NEW');
    return Attributes as T;
  }

  /** Rejects when the table cannot be read. */
  async check(): Promise<void> {
    await this.get('readiness-check');
  }

  private async write(
    key: string,
    { update, condition, names, values }: ConditionalUpdate,
    returnValues: 'NONE' | 'ALL_NEW',
  ): Promise<UpdateCommandOutput> {
    const command = new UpdateCommand({
      TableName: this.name,
      Key: { [this.keyName]: key },
      UpdateExpression: update,
      ConditionExpression: condition,
      ...(names && { ExpressionAttributeNames: names }),
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValues: returnValues,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return await this.conditional(key, () => this.client.send(command));
  }

  private async conditional<R>(key: string, write: () => Promise<R>): Promise<R> {
    try {
      return await this.temporary(write);
    } catch (error) {
      if (!isConditionalCheckFailed(error)) throw error;
      throw new ConditionFailed(await this.standingItem(key, error), { cause: error });
    }
  }

  /** DynamoDB sends the item along with the failure; emulators may not, so it is read where it is missing. */
  private async standingItem(key: string, error: ConditionalCheckFailed): Promise<T | undefined> {
    return error.Item ? (unmarshall(error.Item) as T) : await this.get(key);
  }

  private async temporary<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (cause) {
      if (!isTemporary(cause)) throw cause;
      throw new Unavailable(`Table ${this.name} cannot answer now`, { cause });
    }
  }
}
