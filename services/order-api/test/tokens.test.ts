import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { Secret } from '@order-pipeline/platform/secret';
import jwt from 'jsonwebtoken';
import { createAuthenticator } from '../src/auth/authenticator.js';
import { createOwnTokenVerifier } from '../src/auth/own-token.js';
import { TokenCache, toTokenKey } from '../src/auth/token-cache.js';
import { issueToken } from '../src/auth/token-issuer.js';
import type { LoginConfig } from '../src/config/auth.js';
import type { KeyRing } from '../src/keys.js';
import { call, logIn, startApi, type TestApi } from './harness.js';

const SECRET = 'a-secret-that-only-this-test-knows-0123456789';
const CLAIMS = { sub: 'u1', iss: 'order-api', aud: 'order-api' };

let stack: TestStack;
let api: TestApi;

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack, { JWT_SECRET: `k2:${SECRET},k1:the-secret-of-yesterday-0123456789` });
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

const sign = (claims: object, options: jwt.SignOptions = {}, secret = SECRET) =>
  jwt.sign(claims, secret, { algorithm: 'HS256', keyid: 'k2', expiresIn: 60, ...options });

const list = (authorization?: string) =>
  call(`${api.url}/orders`, { headers: authorization === undefined ? {} : { Authorization: authorization } });

test('login gives a token that names its subject, issuer, audience, key and end', async () => {
  const { body } = await call(`${api.url}/login`, { json: { user_id: 'u1', password: 'x', amount: 1 } });
  expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3_600 });
  const { header, payload } = jwt.verify(body.access_token, SECRET, { complete: true });
  expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k2' });
  expect(payload).toEqual({ ...CLAIMS, iat: expect.any(Number), exp: expect.any(Number) });
});

test.each([
  ['no user', {}, 'user_id'],
  ['an empty user', { user_id: '' }, 'user_id'],
  ['a user with spaces', { user_id: 'a b' }, 'user_id'],
  ['a user of 129 characters', { user_id: 'x'.repeat(129) }, 'user_id'],
  ['a number', { user_id: 7 }, 'user_id'],
])('login answers 422 to %s', async (_, json, field) => {
  const answer = await call(`${api.url}/login`, { json });
  expect(answer).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
});

describe('tokens', () => {
  test('of the keys in the ring pass, whichever signs now', async () => {
    expect(await list(`Bearer ${sign(CLAIMS)}`)).toMatchObject({ status: 200 });
    const old = sign(CLAIMS, { keyid: 'k1' }, 'the-secret-of-yesterday-0123456789');
    expect(await list(`Bearer ${old}`)).toMatchObject({ status: 200 });
  });

  const unsigned = [
    { alg: 'none', typ: 'JWT', kid: 'k2' },
    { ...CLAIMS, exp: 4_102_444_800 },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

  test.each([
    ['alg none', () => `${unsigned}.`],
    ['another algorithm', () => sign(CLAIMS, { algorithm: 'HS512' })],
    ['another secret', () => sign(CLAIMS, {}, 'another-secret-0123456789-0123456789')],
    ['a key that is not in the ring', () => sign(CLAIMS, { keyid: 'k9' })],
    ['no key', () => jwt.sign(CLAIMS, SECRET, { expiresIn: 60 })],
    ['another audience', () => sign({ ...CLAIMS, aud: 'other' })],
    ['another issuer', () => sign({ ...CLAIMS, iss: 'other' })],
    ['no subject', () => sign({ iss: 'order-api', aud: 'order-api' })],
    ['a character too many', () => `${sign(CLAIMS)}x`],
    ['no end', () => jwt.sign(CLAIMS, SECRET, { keyid: 'k2' })],
    ['an end in the past', () => jwt.sign({ ...CLAIMS, exp: 1_700_000_000 }, SECRET, { keyid: 'k2' })],
    ['nothing in them', () => 'x'],
    ['a header that is no object', () => `${Buffer.from('1').toString('base64url')}.e30.x`],
  ])('with %s answer 401', async (_, make) => {
    const { status, body, headers } = await list(`Bearer ${make()}`);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="orders", error="invalid_token"');
    expect(body).toMatchObject({ title: 'Unauthorized', detail: 'The access token is not valid.' });
  });

  test.each(['Basic dTE6eA==', 'Bearer', 'x'])('in another scheme answer 401: %s', async (header) => {
    expect(await list(header)).toMatchObject({ status: 401 });
  });

  test('are missed', async () => {
    const { status, headers } = await list();
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="orders"']);
  });

  test('of nobody come before bodies that cannot be read', async () => {
    const answer = await call(`${api.url}/orders`, { method: 'POST', body: '{' });
    expect(answer.status).toBe(401);
  });
});

describe('the cache of verified tokens', () => {
  const config: LoginConfig = {
    mode: 'demo',
    keys: new Secret<KeyRing>('JWT_SECRET', [{ id: 'k2', secret: SECRET }]),
    tokenTtlSeconds: 3_600,
  };

  test('does not outlive the token', async () => {
    let nowMs = Date.now();
    const authenticate = createAuthenticator(config, () => nowMs, 10);
    const request = {
      headers: { authorization: `Bearer ${issueToken(config, { user_id: 'u1' })}` },
    } as never;
    const first = await authenticate(request);
    expect(first).toEqual({ user_id: 'u1' });
    expect(await authenticate(request)).toBe(first);
    nowMs += 300_000;
    expect(await authenticate(request)).not.toBe(first);
  });

  test('keeps no more than it may, and nothing that has expired', () => {
    let nowMs = 0;
    const cache = new TokenCache<number>(2, 10_000, () => nowMs);
    cache.set(toTokenKey('a'), 1, 5);
    cache.set(toTokenKey('b'), 2, 100);
    nowMs = 5_000;
    expect([cache.get(toTokenKey('a')), cache.get(toTokenKey('b')), cache.get(toTokenKey('c'))]).toEqual([
      undefined,
      2,
      undefined,
    ]);
    cache.set(toTokenKey('c'), 3, 100);
    cache.set(toTokenKey('d'), 4, 100);
    expect([cache.get(toTokenKey('b')), cache.get(toTokenKey('c')), cache.get(toTokenKey('d'))]).toEqual([
      undefined,
      3,
      4,
    ]);
    nowMs = 15_000;
    expect(cache.get(toTokenKey('c'))).toBeUndefined();
  });

  test('drops the token that was used longest ago', () => {
    const cache = new TokenCache<number>(2, 10_000, () => 0);
    cache.set(toTokenKey('a'), 1, 100);
    cache.set(toTokenKey('b'), 2, 100);
    expect(cache.get(toTokenKey('a'))).toBe(1);
    cache.set(toTokenKey('c'), 3, 100);
    expect([cache.get(toTokenKey('a')), cache.get(toTokenKey('b')), cache.get(toTokenKey('c'))]).toEqual([
      1,
      undefined,
      3,
    ]);
  });

  test('does not grow with the size of tokens', () => {
    const cache = new TokenCache<number>(10_000, 10_000, () => 0);
    // Jest runs without --expose-gc.
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
    const before = process.memoryUsage().heapUsed;
    // Each a text of its own, as from a socket: padding would be shared.
    for (let n = 0; n < 20_000; n += 1)
      cache.set(toTokenKey(Buffer.alloc(16_000, `${n} `).toString('latin1')), n, 100);
    collect();
    expect(cache.size).toBe(10_000);
    // Held as they came, these tokens would take 160 MB; the bound leaves room for garbage of the test runner.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });

  test('a user who logged in with another token is another entry', async () => {
    expect(await logIn(api, 'u1')).not.toEqual(await logIn(api, 'u2'));
  });
});

describe('the verifier of tokens in the usual form', () => {
  const keys = new Secret<KeyRing>('JWT_SECRET', [{ id: 'k2', secret: SECRET }]);
  const config: LoginConfig = { mode: 'demo', keys, tokenTtlSeconds: 3_600 };
  const verify = createOwnTokenVerifier(config);
  const nowMs = Date.now();

  test('accepts what login issues until it expires', () => {
    const token = issueToken(config, { user_id: 'u1', account_created_at: '2025-01-01T00:00:00Z' });
    const claims = verify(token, nowMs);
    expect(claims).toEqual(jwt.verify(token, SECRET));
    expect(verify(token, Number(claims?.exp) * 1_000 - 1)).toEqual(claims);
    expect(verify(token, Number(claims?.exp) * 1_000)).toBeUndefined();
  });

  test.each([
    ['another algorithm', () => sign(CLAIMS, { algorithm: 'HS512' })],
    ['another secret', () => sign(CLAIMS, {}, 'another-secret-0123456789-0123456789')],
    ['another key', () => sign(CLAIMS, { keyid: 'k9' })],
    ['no key', () => jwt.sign(CLAIMS, SECRET, { expiresIn: 60 })],
    [
      'a critical extension',
      () => sign(CLAIMS, { header: { alg: 'HS256', crit: ['exp'], kid: 'k2' } as never }),
    ],
    ['another audience', () => sign({ ...CLAIMS, aud: 'other' })],
    ['several audiences', () => sign({ ...CLAIMS, aud: ['order-api', 'other'] })],
    ['another issuer', () => sign({ ...CLAIMS, iss: 'other' })],
    ['a start', () => sign({ ...CLAIMS, nbf: 1 })],
    ['no end', () => jwt.sign(CLAIMS, SECRET, { keyid: 'k2' })],
    ['an end that is no number', () => `${sign(CLAIMS)}`.replace(/\.[^.]+\./, `.${btoa('{"exp":"z"}')}.`)],
    ['claims that are no object', () => jwt.sign('text', SECRET, { keyid: 'k2' })],
    ['a character too many', () => `${sign(CLAIMS)}x`],
    ['padding', () => `${sign(CLAIMS)}=`],
    ['a part too many', () => `${sign(CLAIMS)}.x`],
    ['a part too few', () => sign(CLAIMS).split('.').slice(0, 2).join('.')],
    ['nothing', () => ''],
    ['dots', () => '..'],
  ])('leaves a token with %s to the general verifier', (_, make) => {
    expect(verify(make(), nowMs)).toBeUndefined();
  });

  test('accepts no token with any character changed', () => {
    const token = sign(CLAIMS);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(verify(token.slice(0, at) + other + token.slice(at + 1), nowMs)).toBeUndefined();
    }
  });

  test('follows the keys', () => {
    const token = sign(CLAIMS);
    expect(verify(token, nowMs)).toMatchObject(CLAIMS);
    keys.replace([{ id: 'k3', secret: 'a-newer-secret-0123456789-0123456789' }]);
    expect(verify(token, nowMs)).toBeUndefined();
    keys.replace([{ id: 'k2', secret: SECRET }]);
    expect(verify(token, nowMs)).toMatchObject(CLAIMS);
  });
});
