/** Users who log in with a password. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { StoreUnavailableError } from '../orders/order-store.js';
import { hashPassword } from './passwords.js';

/** An item of the users table. */
export interface UserRecord {
  readonly user_id: string;
  /** Argon2id in PHC string format: parameters, salt and hash. */
  readonly password_hash: string;
  /** When the account was opened, ISO 8601. */
  readonly created_at: string;
}

/** There is a user of that name. */
export class UserExistsError extends Error {
  override readonly name = 'UserExistsError';

  constructor(
    readonly userId: string,
    options?: ErrorOptions,
  ) {
    super(`There is a user ${userId} already`, options);
  }
}

/** The user's record, if there is one. Throws StoreUnavailableError. */
export async function findUser(
  dynamo: DynamoDBDocumentClient,
  table: string,
  userId: string,
): Promise<UserRecord | undefined> {
  try {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { user_id: userId } }));
    return Item as UserRecord | undefined;
  } catch (cause) {
    throw new StoreUnavailableError('DynamoDB did not answer', { cause });
  }
}

/** Opens an account. Throws UserExistsError, and what the AWS SDK throws. */
export async function addUser(
  dynamo: DynamoDBDocumentClient,
  table: string,
  user: { readonly userId: string; readonly password: string; readonly nowMs: number },
): Promise<UserRecord> {
  const record: UserRecord = {
    user_id: user.userId,
    password_hash: await hashPassword(user.password),
    created_at: new Date(user.nowMs).toISOString(),
  };
  try {
    const onlyNew = 'attribute_not_exists(user_id)';
    await dynamo.send(new PutCommand({ TableName: table, Item: record, ConditionExpression: onlyNew }));
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) throw new UserExistsError(user.userId, { cause });
    throw cause;
  }
  return record;
}
