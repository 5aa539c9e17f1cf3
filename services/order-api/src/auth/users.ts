/** Users who log in with a password. */
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import { hashPassword } from './passwords.js';

/** An item of the users table. */
export interface UserRecord {
  readonly user_id: string;
  /** Argon2id in PHC string format: parameters, salt and hash. */
  readonly password_hash: string;
  /** Time at which the account was created, ISO 8601. */
  readonly created_at: string;
}

const UserSchema: z.ZodType<UserRecord> = z.looseObject({
  user_id: z.string(),
  password_hash: z.string(),
  created_at: z.string(),
});

/** The user exists already. */
export class UserExistsError extends Error {
  override readonly name = 'UserExistsError';

  readonly userId: string;

  constructor(userId: string, options?: ErrorOptions) {
    super(`The user ${userId} exists already`, options);
    this.userId = userId;
  }
}

/** Returns the user's record, if there is one. Rejects with StoreUnavailableError. */
export async function findUser(
  dynamo: DynamoClient,
  tableName: string,
  userId: string,
): Promise<UserRecord | undefined> {
  const table = openUsers(dynamo, tableName);
  return await table.get(userId, { consistent: false });
}

/** Creates a user. Rejects with UserExistsError, StoreUnavailableError, and what the client rejects with. */
export async function addUser(
  dynamo: DynamoClient,
  tableName: string,
  user: { readonly userId: string; readonly password: string; readonly nowMs: number },
): Promise<UserRecord> {
  const table = openUsers(dynamo, tableName);
  const record: UserRecord = {
    user_id: user.userId,
    password_hash: await hashPassword(user.password),
    created_at: new Date(user.nowMs).toISOString(),
  };
  try {
    await table.create(record);
  } catch (cause) {
    if (cause instanceof ConditionFailedError) throw new UserExistsError(user.userId, { cause });
    throw cause;
  }
  return record;
}

function openUsers(dynamo: DynamoClient, name: string): Table<UserRecord> {
  return new Table(dynamo, { name, keyName: 'user_id', parse: createItemParser(UserSchema) });
}
