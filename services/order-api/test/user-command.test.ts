import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { runUserCommand } from '../src/auth/user-command.js';
import { findUser } from '../src/auth/users.js';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack.stop());

async function run(args: string[], password: string, env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runUserCommand(args, {
    env: { ...stack.env, ...env },
    input: Readable.from([password]),
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out, err };
}

test('opens an account once', async () => {
  const first = await run(['user', 'add', 'ann'], 'correct horse battery\n');
  expect(first).toEqual({ code: 0, out: [expect.stringMatching(/^ann can log in since 2/)], err: [] });
  const dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
  const record = await findUser(dynamo, 'users', 'ann');
  dynamo.destroy();
  expect(record?.password_hash).toMatch(/^\$argon2id\$/);
  expect(await run(['user', 'add', 'ann'], 'another password')).toEqual({
    code: 1,
    out: [],
    err: ['orders: The user ann exists already'],
  });
});

test.each([
  ['no verb', ['user']],
  ['another verb', ['user', 'remove', 'ann']],
  ['no name', ['user', 'add']],
  ['too much', ['user', 'add', 'ann', 'bob']],
])('%s is answered with the usage', async (_, args) => {
  expect(await run(args, 'long enough a password')).toMatchObject({
    code: 2,
    err: ['usage: npm run orders -- user add USER < file-with-the-password'],
  });
});

test('outside local the table has to be named', async () => {
  expect(
    await run(['user', 'add', 'bob'], 'long enough a password', { STAGE: 'prod', USERS_TABLE: '' }),
  ).toEqual({
    code: 78,
    out: [],
    err: ['orders: USERS_TABLE is not set: set it to the name of the users table'],
  });
});

test('a short password and a table that is not there are named', async () => {
  expect(await run(['user', 'add', 'bob'], 'short')).toMatchObject({
    code: 2,
    err: [expect.stringContaining('fewer than 12 characters')],
  });
  expect(
    await run(['user', 'add', 'bob'], 'long enough a password', { USERS_TABLE: 'no-such-table' }),
  ).toMatchObject({
    code: 69,
    err: [expect.stringContaining('check AWS_ENDPOINT_URL_DYNAMODB and USERS_TABLE')],
  });
});
