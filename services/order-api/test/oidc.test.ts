import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import jwt from 'jsonwebtoken';
import { call, startApi, type TestApi } from './harness.js';

/** An OpenID Connect issuer on this machine, as far as an API needs one. */
class Issuer {
  readonly #server: Server;
  readonly #keys = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  url = '';
  named = '';
  jwksReads = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const isDiscovery = request.url === '/.well-known/openid-configuration';
      if (!isDiscovery) this.jwksReads += 1;
      const document = isDiscovery
        ? { issuer: this.named || this.url, jwks_uri: `${this.url}/keys` }
        : {
            keys: [...this.#keys].map(([kid, { publicKey }]) => ({
              ...publicKey.export({ format: 'jwk' }),
              kid,
              use: 'sig',
            })),
          };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
    });
  }

  async start() {
    this.url = `http://localhost:${await listen(this.#server, 0, 'PORT')}`;
  }

  stop() {
    return closeServer(this.#server);
  }

  addKey(kid: string) {
    this.#keys.set(kid, generateKeyPairSync('rsa', { modulusLength: 2_048 }));
  }

  sign(kid: string, claims: object = {}, options: jwt.SignOptions = {}) {
    const key = this.#keys.get(kid)?.privateKey as KeyObject;
    return jwt.sign({ sub: 'auth0|u1', iss: this.url, aud: 'orders', ...claims }, key, {
      algorithm: 'RS256',
      keyid: kid,
      expiresIn: 60,
      ...options,
    });
  }
}

let stack: TestStack;
let api: TestApi;
const issuer = new Issuer();

beforeAll(async () => {
  issuer.addKey('one');
  await issuer.start();
  stack = await startTestStack();
  api = await startApi(stack, { AUTH_MODE: 'oidc', OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'orders' });
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

const list = (token: string, at: TestApi = api) =>
  call(`${at.url}/orders`, { headers: { Authorization: `Bearer ${token}` } });

test('a token of the issuer places an order for its subject', async () => {
  const answer = await call(`${api.url}/orders`, {
    json: { user_id: 'auth0|u1', amount: 1 },
    headers: { Authorization: `Bearer ${issuer.sign('one')}` },
  });
  expect(answer.status).toBe(202);
});

test('a key that the issuer adds is found, and the others stay', async () => {
  issuer.addKey('two');
  expect((await list(issuer.sign('two'))).status).toBe(200);
  expect((await list(issuer.sign('one'))).status).toBe(200);
});

test('keys are cached', async () => {
  const before = issuer.jwksReads;
  for (let n = 0; n < 5; n += 1) expect((await list(issuer.sign('one', { n }))).status).toBe(200);
  expect(issuer.jwksReads).toBe(before);
});

describe('refused', () => {
  test.each([
    ['another audience', () => issuer.sign('one', { aud: 'other' })],
    ['another issuer', () => issuer.sign('one', { iss: 'https://other.example' })],
    ['another algorithm', () => issuer.sign('one', {}, { algorithm: 'RS512' })],
    ['an end in the past', () => issuer.sign('one', {}, { expiresIn: -10 })],
    [
      'HS256 with the public key as secret',
      () => jwt.sign({ sub: 'u1' }, 'public', { keyid: 'one', expiresIn: 60 }),
    ],
    ['no JWT', () => 'x.y.z'],
  ])('%s', async (_, make) => {
    expect(await list(make())).toMatchObject({ status: 401, body: { status: 401 } });
  });

  test('a key that the issuer does not have', async () => {
    const other = new Issuer();
    other.addKey('three');
    other.url = issuer.url;
    expect((await list(other.sign('three'))).status).toBe(401);
  });
});

test('there is no login here', async () => {
  expect(await call(`${api.url}/login`, { json: { user_id: 'u1' } })).toMatchObject({
    status: 404,
    body: { detail: `This API issues no tokens; ${issuer.url} does.` },
  });
});

test('an issuer that does not respond is no fault of the token, and is asked again', async () => {
  const late = new Issuer();
  late.addKey('one');
  await late.start();
  const { url } = late;
  await late.stop();
  const other = await startApi(stack, { AUTH_MODE: 'oidc', OIDC_ISSUER: url, OIDC_AUDIENCE: 'orders' });
  const { status, headers, body } = await list(late.sign('one'), other);
  expect([status, headers.get('retry-after'), body.detail]).toEqual([
    503,
    '1',
    'Tokens cannot be verified right now.',
  ]);
  await other.stop();
});

test('a discovery document of another issuer is rejected', async () => {
  const impostor = new Issuer();
  impostor.addKey('one');
  impostor.named = 'https://other.example';
  await impostor.start();
  const other = await startApi(stack, {
    AUTH_MODE: 'oidc',
    OIDC_ISSUER: impostor.url,
    OIDC_AUDIENCE: 'orders',
  });
  expect((await list(impostor.sign('one'), other)).status).toBe(503);
  await other.stop();
  await impostor.stop();
});

test('cached tokens and keys outlast the issuer', async () => {
  const token = issuer.sign('one', { last: true });
  expect((await list(token)).status).toBe(200);
  await issuer.stop();
  expect((await list(token)).status).toBe(200);
  expect((await list(issuer.sign('two', { last: true }))).status).toBe(200);
});
