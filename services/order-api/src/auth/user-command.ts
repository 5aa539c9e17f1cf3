/** `npm run orders -- user add USER`: creates a user for AUTH_MODE=password. */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';
import { USERS_TABLE } from '@order-pipeline/contracts/tables';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { Environment } from '@order-pipeline/platform/env';
import { addUser, UserExistsError } from './users.js';

/** Input and output of the command. */
export interface UserCommandIo {
  readonly env: Environment;
  /** The password, on one line. */
  readonly input: NodeJS.ReadableStream;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const USAGE = 'usage: npm run orders -- user add USER < file-with-the-password';
const MIN_PASSWORD_LENGTH = 12;

/** sysexits(3): EX_UNAVAILABLE. */
const EXIT_UNAVAILABLE = 69;

/**
 * Runs the command and returns its exit code: 0 done, 1 the user exists, 2 usage, 69 no response from DynamoDB, 78 bad
 * configuration.
 */
export async function runUserCommand(args: readonly string[], io: UserCommandIo): Promise<number> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, strict: false });
  const [group, verb, userId, ...rest] = positionals;
  if (group !== 'user' || verb !== 'add' || !userId || rest.length > 0) {
    io.complain(USAGE);
    return 2;
  }
  const password = (await text(io.input)).trim();
  if (password.length < MIN_PASSWORD_LENGTH) {
    io.complain(
      `orders: the password has fewer than ${MIN_PASSWORD_LENGTH} characters: pipe a longer one in`,
    );
    return 2;
  }
  const local = (io.env.STAGE ?? 'local') === 'local';
  const table = io.env.USERS_TABLE || (local ? USERS_TABLE.name : undefined);
  if (!table) {
    io.complain('orders: USERS_TABLE is not set: set it to the name of the users table');
    return EXIT_CONFIG;
  }
  const region = io.env.AWS_REGION ?? 'us-east-1';
  const dynamo = createDynamo({ region, maxAttempts: 3, requestTimeoutMs: 5_000 });
  try {
    const { created_at } = await addUser(dynamo, table, { userId, password, nowMs: Date.now() });
    io.print(`${userId} can log in since ${created_at}`);
    return 0;
  } catch (error) {
    if (error instanceof UserExistsError) {
      io.complain(`orders: ${error.message}`);
      return 1;
    }
    const reason = error instanceof Error ? error.message || error.name : String(error);
    io.complain(
      `orders: DynamoDB did not store the user (${reason}): check AWS_ENDPOINT_URL_DYNAMODB and USERS_TABLE`,
    );
    return EXIT_UNAVAILABLE;
  } finally {
    dynamo.destroy();
  }
}
