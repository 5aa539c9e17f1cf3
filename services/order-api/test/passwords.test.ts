import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { createPasswordCheck, hashPassword } from '../src/auth/passwords.js';
import { addUser, UserExistsError } from '../src/auth/users.js';
import { call, receiveOrders, startApi, type TestApi } from './harness.js';

const PASSWORD = 'correct horse battery staple';
const OPENED = '2025-03-01T00:00:00.000Z';

let stack: TestStack;
let api: TestApi;

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack, { AUTH_MODE: 'password', LOGIN_RATE_LIMIT: '20/hour', TRUST_PROXY_HOPS: '1' });
  await add('alice');
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

function add(userId: string) {
  const dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 2_000 });
  return addUser(dynamo, 'users', { userId, password: PASSWORD, nowMs: Date.parse(OPENED) });
}

/** Logs in from an address, as reported by the proxy in front. */
const logIn = (address: string, json: object) =>
  call(`${api.url}/login`, { json, headers: { 'X-Forwarded-For': address } });

test('hashes are Argon2id with a salt each', async () => {
  const [one, other] = [await hashPassword('x'), await hashPassword('x')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  expect(other).not.toBe(one);
});

test('a check without a hash does the work and says no', async () => {
  const isRight = createPasswordCheck();
  expect(await isRight('x', await hashPassword('x'))).toBe(true);
  expect(await isRight('y', await hashPassword('x'))).toBe(false);
  expect(await isRight('x', undefined)).toBe(false);
});

test('the right password gives a token, and orders tell since when the account is open', async () => {
  const { status, body } = await logIn('192.0.2.1', { user_id: 'alice', password: PASSWORD });
  expect(status).toBe(200);
  const placed = await call(`${api.url}/orders`, {
    json: { user_id: 'alice', amount: 1 },
    headers: { Authorization: `Bearer ${body.access_token}` },
  });
  expect(placed.status).toBe(202);
  const [message] = await receiveOrders(stack, 'alice', 1);
  expect(message?.order.account_created_at?.toISOString()).toBe(OPENED);
});

test.each([
  ['a wrong password', { user_id: 'alice', password: 'wrong' }],
  ['an unknown user', { user_id: 'nobody', password: PASSWORD }],
])('%s gets the same response', async (_, json) => {
  expect(await logIn('192.0.2.2', json)).toMatchObject({
    status: 401,
    body: { title: 'Unauthorized', detail: 'The user is unknown or the password is wrong.' },
  });
});

test('a missing password is named', async () => {
  expect(await logIn('192.0.2.3', { user_id: 'alice' })).toMatchObject({
    status: 422,
    body: { errors: [{ in: 'body', field: 'password' }] },
  });
});

test('guessing is stopped by user, from wherever it comes', async () => {
  await add('victim');
  const statuses: number[] = [];
  for (let n = 0; n < 21; n += 1)
    statuses.push((await logIn(`198.51.100.${n}`, { user_id: 'victim', password: 'guess' })).status);
  expect(statuses).toEqual([...Array(20).fill(401), 429]);
  const right = await logIn('203.0.113.1', { user_id: 'victim', password: PASSWORD });
  expect(right.status).toBe(429);
  expect(right.headers.get('ratelimit-policy')).toBe('"login";q=20;w=3600');
});

test('guesses are limited by address, for all users together', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 21; n += 1)
    statuses.push((await logIn('198.51.100.99', { user_id: `guess-${n}`, password: 'guess' })).status);
  expect(statuses).toEqual([...Array(20).fill(401), 429]);
});

test('a user is added once', async () => {
  await expect(add('alice')).rejects.toThrow(UserExistsError);
});

test('nothing of a password is logged', () => {
  expect(api.logs()).not.toMatch(/guess"|battery|argon2/);
});
