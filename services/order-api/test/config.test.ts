import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listProblems } from '../../../packages/platform/test/problems.js';
import { loadConfig } from '../src/config.js';

const LOCAL = { SQS_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/order-queue', ORDERS_TABLE: 'orders' };
const SECRET = 'd2c1f0a9b8e7d6c5b4a3928170605040';
const PROD = {
  ...LOCAL,
  STAGE: 'prod',
  USERS_TABLE: 'users-prod',
  AUTH_MODE: 'password',
  JWT_SECRET: SECRET,
  URL_SIGNING_KEYS: `k2:${SECRET}2,k1:${SECRET}1`,
  REDIS_URL: 'rediss://cache.example.com:6379',
  PUBLIC_BASE_URL: 'https://orders.example.com/',
};

/** The problems that a set of variables has, as `VARIABLE problem`. */
function problemsOf(env: Record<string, string | undefined>): string[] {
  return listProblems(() => loadConfig(env));
}

/** The configuration with the secrets in place of their handles. */
function load(env: Record<string, string | undefined>) {
  const config = loadConfig(env);
  const { auth, redisUrl, urlSigningKeys } = config;
  return {
    ...config,
    auth: auth.mode === 'oidc' ? auth : { ...auth, keys: auth.keys.current },
    redisUrl: redisUrl.current,
    urlSigningKeys: urlSigningKeys.current,
  };
}

test('locally a queue and a table are enough', () => {
  expect(load(LOCAL)).toEqual({
    stage: 'local',
    logLevel: 'info',
    awsRegion: 'us-east-1',
    version: 'unknown',
    port: 8_000,
    stopTimeoutMs: 25_000,
    queueUrl: LOCAL.SQS_QUEUE_URL,
    ordersTable: 'orders',
    usersTable: 'users',
    redisUrl: 'redis://localhost:6379',
    redisTimeoutMs: 500,
    sendBudgetMs: 6_000,
    cachedTokens: 10_000,
    drainDelayMs: 0,
    expectedProcesses: 1,
    overload: { maxLagMs: 100, min: 64, max: 4_096 },
    waiting: { perProcess: 10_000, perOrder: 10, perUser: 100 },
    publicRateLimit: { name: 'public', quota: 600, windowSeconds: 60 },
    auth: {
      mode: 'demo',
      keys: [{ id: 'default', secret: 'well-known-jwt-secret-for-local-use-only' }],
      tokenTtlSeconds: 3_600,
    },
    urlSigningKeys: [{ id: 'local', secret: 'well-known-url-signing-key-for-local-use-only' }],
    pollUrlTtlSeconds: 172_800,
    rateLimit: { name: 'default', quota: 100, windowSeconds: 60 },
    loginRateLimit: { name: 'login', quota: 30, windowSeconds: 60 },
    pollRateLimit: { name: 'poll', quota: 600, windowSeconds: 60 },
    publicBaseUrl: '',
    consoleUrl: '',
    trustProxyHops: 0,
    corsOrigins: [],
  });
});

test('elsewhere everything is set', () => {
  expect(load({ ...PROD, CORS_ORIGINS: 'https://a.example,https://b.example:8443' })).toMatchObject({
    stage: 'prod',
    usersTable: 'users-prod',
    redisUrl: 'rediss://cache.example.com:6379',
    redisTimeoutMs: 500,
    auth: { mode: 'password', keys: [{ id: 'default', secret: SECRET }] },
    urlSigningKeys: [
      { id: 'k2', secret: `${SECRET}2` },
      { id: 'k1', secret: `${SECRET}1` },
    ],
    publicBaseUrl: 'https://orders.example.com',
    corsOrigins: ['https://a.example', 'https://b.example:8443'],
  });
});

test('an OpenID issuer needs no secret here', () => {
  const env = { ...PROD, AUTH_MODE: 'oidc', JWT_SECRET: undefined };
  expect(problemsOf(env)).toEqual(['OIDC_ISSUER is not set', 'OIDC_AUDIENCE is not set']);
  const set = { OIDC_ISSUER: 'https://login.example.com', OIDC_AUDIENCE: 'orders' };
  expect(loadConfig({ ...env, ...set }).auth).toEqual({
    mode: 'oidc',
    issuer: 'https://login.example.com',
    audience: 'orders',
    algorithm: 'RS256',
  });
});

describe('a secret in a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'order-api-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const file = async (text: string) => {
    const path = join(folder, 'secret');
    await writeFile(path, text);
    return path;
  };

  test('is read like the variable', async () => {
    const { URL_SIGNING_KEYS, ...rest } = PROD;
    const path = await file(`${URL_SIGNING_KEYS}\n`);
    expect(load({ ...rest, URL_SIGNING_KEYS_FILE: path }).urlSigningKeys).toEqual(load(PROD).urlSigningKeys);
  });

  test('is held to the same rules', async () => {
    const { JWT_SECRET: _, ...rest } = PROD;
    expect(problemsOf({ ...rest, JWT_SECRET_FILE: await file('short') })).toEqual([
      'JWT_SECRET (from JWT_SECRET_FILE) holds a secret under 32 bytes (key default)',
    ]);
    expect(problemsOf({ ...rest, JWT_SECRET_FILE: join(folder, 'missing') })).toEqual([
      'JWT_SECRET_FILE cannot be read (ENOENT)',
    ]);
  });

  test('replaces the variable, and is refused alongside it', async () => {
    expect(problemsOf({ ...PROD, REDIS_URL_FILE: await file('redis://cache') })).toEqual([
      'REDIS_URL is set, and so is REDIS_URL_FILE',
    ]);
  });
});

describe('problems', () => {
  test('are all reported at once', () => {
    expect(problemsOf({ STAGE: 'prod' })).toEqual([
      'SQS_QUEUE_URL is not set',
      'ORDERS_TABLE is not set',
      'USERS_TABLE is not set',
      'REDIS_URL is not set',
      'AUTH_MODE is demo, which lets anyone in, in stage prod',
      'JWT_SECRET is not set',
      'URL_SIGNING_KEYS is not set',
      'PUBLIC_BASE_URL is not set',
    ]);
  });

  test.each([
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET holds a secret under 32 bytes (key default)'],
    [
      { JWT_SECRET: 'well-known-jwt-secret-for-local-use-only' },
      'JWT_SECRET holds the published local secret (key default)',
    ],
    [
      { URL_SIGNING_KEYS: `k2:${SECRET},k1:well-known-url-signing-key-for-local-use-only` },
      'URL_SIGNING_KEYS holds the published local secret (key k1)',
    ],
    [{ URL_SIGNING_KEYS: 'a:b:c' }, 'URL_SIGNING_KEYS is neither a secret nor a list of id:secret'],
    [{ AUTH_MODE: 'none' }, 'AUTH_MODE is not one of the known values'],
    [
      { AUTH_MODE: 'oidc', OIDC_ISSUER: 'http://login.example.com', OIDC_AUDIENCE: 'a' },
      'OIDC_ISSUER is not a URL with https:',
    ],
    [{ RATE_LIMIT: '100' }, 'RATE_LIMIT is not a count per second, minute, hour or day'],
    [{ PUBLIC_BASE_URL: 'orders' }, 'PUBLIC_BASE_URL is not a URL with http: or https:'],
    [{ CORS_ORIGINS: 'https://a.example/' }, 'CORS_ORIGINS holds https://a.example/, which is not an origin'],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS holds *, which is not an origin'],
    [{ TRUST_PROXY_HOPS: 'all' }, 'TRUST_PROXY_HOPS is not a whole number'],
    [{ PORT: '70000' }, 'PORT is too large'],
  ])('%j', (fields, problem) => {
    expect(problemsOf({ ...PROD, ...fields })).toContain(problem);
  });
});
