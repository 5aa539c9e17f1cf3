/** Login by OpenID Connect, roles, sessions, CSRF and access tokens, with a certified provider in this process. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { freePort } from '@order-pipeline/local/redis-server';
import { createLogger } from '@order-pipeline/platform/logger';
import { loadConfig } from '../src/config.js';
import { type RunningOperations, start } from '../src/start.js';
import { Browser, Issuer } from './issuer.js';

const ROLES = { ada: ['operator'], vic: ['viewer'], eve: ['baker'] };

/** Nothing listens there: what is tested here fails before it is needed, or says that it is not there. */
const NOWHERE = {
  SQS_QUEUE_URL: 'http://127.0.0.1:9/q',
  SQS_DLQ_URL: 'http://127.0.0.1:9/dlq',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  ORDERS_TABLE: 'orders',
  INVENTORY_TABLE: 'inventory',
  PAYMENTS_TABLE: 'payments',
  REDIS_URL: 'redis://127.0.0.1:9',
};

let issuer: Issuer;
let service: RunningOperations;
let url: string;
const logs: Record<string, unknown>[] = [];

async function startService(env: Record<string, string> = {}): Promise<RunningOperations> {
  const port = new URL(url).port;
  const config = loadConfig({
    ...NOWHERE,
    ...issuer.env,
    ...{ STAGE: 'local', PORT: port, GRPC_PORT: '0', PUBLIC_BASE_URL: url, ...env },
  });
  const logger = createLogger('operations', 'info', { write: (line: string) => logs.push(JSON.parse(line)) });
  return start(config, logger, { assetsFolder: '/nonexistent' });
}

beforeAll(async () => {
  // The provider warns that it is no provider for production.
  for (const method of ['warn', 'info'] as const)
    jest.spyOn(console, method).mockImplementation(() => undefined);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL: NOWHERE.AWS_ENDPOINT_URL,
  });
  url = `http://127.0.0.1:${await freePort()}`;
  issuer = await Issuer.start(`${url}/auth/callback`, ROLES);
  service = await startService();
});

afterAll(async () => {
  await service.stop();
  await issuer.stop();
});

async function call(
  browser: Browser,
  method: string,
  body: object = {},
  headers: Record<string, string> = {},
) {
  const response = await browser.request(`${url}/operations.v1.OperationsService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

const CHANGE = ['ResumeOrder', { orderId: 'nobody' }] as const;

test('without a session nothing is served but the pages', async () => {
  const browser = new Browser();
  expect(await call(browser, 'GetViewer')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

describe('an operator', () => {
  const browser = new Browser();

  test('logs in by authorization code and PKCE, and returns to the page', async () => {
    const page = await browser.logIn(url, 'ada', '/orders?status=FAILED');
    expect(page.url).toBe(`${url}/orders?status=FAILED`);
    const { status, body } = await call(browser, 'GetViewer');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      role: 'ROLE_OPERATOR',
      actor: 'ada@example.com',
      features: { logout: true },
    });
    expect(logs).toContainEqual(
      expect.objectContaining({ audit: true, action: 'login', actor: 'ada@example.com' }),
    );
  });

  test('has a cookie that scripts and other sites cannot use, and that says nothing', async () => {
    const other = new Browser();
    let header = '';
    const request = other.request.bind(other);
    other.request = async (...args) => {
      const response = await request(...args);
      header =
        response.headers.getSetCookie().find((line) => line.startsWith('operations_session=')) ?? header;
      return response;
    };
    await other.logIn(url, 'ada');
    expect(header).toMatch(/; HttpOnly/);
    expect(header).toMatch(/; SameSite=Strict/);
    expect(Buffer.from(header, 'base64url').toString()).not.toContain('ada');
  });

  test('changes nothing without the CSRF token, or from another site', async () => {
    const { body: viewer } = await call(browser, 'GetViewer');
    const token = { 'x-csrf-token': viewer.csrfToken ?? '' };
    expect((await call(browser, ...CHANGE)).status).toBe(403);
    expect((await call(browser, ...CHANGE, { 'x-csrf-token': 'guess' })).status).toBe(403);
    expect((await call(browser, ...CHANGE, { ...token, origin: 'https://evil.example' })).status).toBe(403);
    // Past access control: the tables are not there.
    expect((await call(browser, ...CHANGE, token)).body.code).toBe('unavailable');
  });

  test('logs out, by the console alone', async () => {
    const { body: viewer } = await call(browser, 'GetViewer');
    const logOut = (form: Record<string, string>) =>
      browser.request(`${url}/auth/logout`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
    expect((await logOut({})).status).toBe(403);
    expect((await logOut({ csrf_token: viewer.csrfToken ?? '' })).headers.get('location')).toBe(
      '/auth/logged-out',
    );
    expect((await call(browser, 'GetViewer')).status).toBe(401);
    expect(await (await browser.request(`${url}/auth/logged-out`)).text()).toContain('You are logged out.');
  });
});

test('a viewer reads and cannot redrive', async () => {
  const browser = new Browser();
  await browser.logIn(url, 'vic');
  const { body: viewer } = await call(browser, 'GetViewer');
  expect(viewer.role).toBe('ROLE_VIEWER');
  const token = { 'x-csrf-token': viewer.csrfToken ?? '' };
  expect(await call(browser, ...CHANGE, token)).toMatchObject({
    status: 403,
    body: { code: 'permission_denied' },
  });
  const redrive = await browser.request(`${url}/operations.v1.OperationsService/RedriveDeadLetters`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', ...token },
    body: envelope({ all: true }),
  });
  expect(await redrive.text()).toContain('permission_denied');
});

test('who has no role gets no session', async () => {
  const browser = new Browser();
  const page = await browser.logIn(url, 'eve');
  expect(page.status).toBe(403);
  expect(await page.text()).toContain('eve@example.com has neither the role viewer nor operator');
  expect(browser.cookies(url).get('operations_session')).toBeUndefined();
});

test('an answer that belongs to no login of this browser is refused', async () => {
  const page = await new Browser().open(`${url}/auth/callback?code=x&state=y`);
  expect(page.status).toBe(400);
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example/', 'x'])(
  'a login never leads to %s',
  async (target) => {
    const browser = new Browser();
    const page = await browser.logIn(url, 'ada', target);
    expect(page.url).toBe(`${url}/`);
  },
);

describe('programs', () => {
  const withToken = (token: string) =>
    call(new Browser(), 'GetViewer', {}, { authorization: `Bearer ${token}` });

  test('present access tokens of the issuer', async () => {
    const token = await issuer.token({ sub: 'robot', roles: ['operator'] });
    expect((await withToken(token)).body).toMatchObject({ role: 'ROLE_OPERATOR', actor: 'robot' });
    const change = await call(new Browser(), ...CHANGE, { authorization: `Bearer ${token}` });
    expect(change.body.code).toBe('unavailable');
  });

  test('are refused with a token for others, without a role, or with none of the issuer', async () => {
    expect(
      (await withToken(await issuer.token({ sub: 'robot', roles: ['operator'] }, 'another'))).status,
    ).toBe(401);
    expect((await withToken(await issuer.token({ sub: 'robot' }))).status).toBe(403);
    expect((await withToken('eyJhbGciOiJub25lIn0.e30.')).status).toBe(401);
  });
});

test('a session ends when it expires, and its streams with it', async () => {
  await service.stop();
  service = await startService({ SESSION_MAX_AGE_SECONDS: '2' });
  const browser = new Browser();
  await browser.logIn(url, 'vic');
  expect((await call(browser, 'GetViewer')).status).toBe(200);
  const stream = await browser.request(`${url}/operations.v1.OperationsService/WatchPipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json' },
    body: envelope({ intervalMs: 500 }),
  });
  expect(await stream.text()).toContain('the session has expired');
  expect((await call(browser, 'GetViewer')).status).toBe(401);
}, 20_000);

describe('outside the stage local', () => {
  const env = {
    ...NOWHERE,
    STAGE: 'prod',
    INVENTORY_URL: 'http://i',
    FRAUD_URL: 'http://f',
    PAYMENT_URL: 'http://p',
  };

  test('the service does not start without a login, HTTPS and a secret', () => {
    expect(() => loadConfig(env)).toThrow(/OIDC_ISSUER is not set[\s\S]*SESSION_SECRET is not set/);
    expect(() =>
      loadConfig({
        ...env,
        OIDC_ISSUER: 'https://login.example.com',
        OIDC_CLIENT_ID: 'c',
        PUBLIC_BASE_URL: 'http://operations.example.com',
        SESSION_SECRET: 'short',
      }),
    ).toThrow(/PUBLIC_BASE_URL is not a URL with https:[\s\S]*SESSION_SECRET is shorter than 32 bytes/);
  });

  test('the lab is not served', () => {
    const config = loadConfig({
      ...env,
      OIDC_ISSUER: 'https://login.example.com',
      OIDC_CLIENT_ID: 'c',
      PUBLIC_BASE_URL: 'https://operations.example.com/',
      SESSION_SECRET: 'x'.repeat(32),
    });
    expect(config).toMatchObject({
      lab: undefined,
      oidc: { publicBaseUrl: 'https://operations.example.com' },
    });
  });
});

/** A message of a Connect stream. */
function envelope(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}
