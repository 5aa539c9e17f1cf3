/**
 * Opens an account of a stack with authMode password; the password is read from standard input.
 *   node infra/scripts/add-user.mjs TABLE USER < password-file
 * AWS credentials and region are the environment's. `npm run build` comes first.
 */
import { text } from 'node:stream/consumers';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { addUser } from '../../services/order-api/dist/auth/users.js';

const [table, userId] = process.argv.slice(2);
const password = (await text(process.stdin)).trim();
if (!table || !userId || password.length < 12) {
  throw new Error('usage: add-user.mjs TABLE USER, with a password of at least 12 letters on standard input');
}
const region = process.env.AWS_REGION ?? 'us-east-1';
const dynamo = createDynamo({ region, maxAttempts: 3, requestTimeoutMs: 5_000 });
const { created_at } = await addUser(dynamo, table, { userId, password, nowMs: Date.now() });
process.stdout.write(`${userId} can log in since ${created_at}\n`);
