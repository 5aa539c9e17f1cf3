/** The secret of the client at the issuer changes in its file, and the next login uses it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { freePort } from '@order-pipeline/local/redis-server';
import { createLogger } from '@order-pipeline/platform/logger';
import { loadConfig } from '../src/config.js';
import { type RunningOperations, start } from '../src/start.js';
import { Browser, Issuer } from './issuer.js';

const folder = mkdtempSync(join(tmpdir(), 'client-secret-'));
const file = join(folder, 'OIDC_CLIENT_SECRET');

let issuer: Issuer;
let service: RunningOperations;
let url: string;

beforeAll(async () => {
  // The provider warns that it is no provider for production.
  for (const method of ['warn', 'info'] as const)
    jest.spyOn(console, method).mockImplementation(() => undefined);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
  url = `http://127.0.0.1:${await freePort()}`;
  issuer = await Issuer.start(`${url}/auth/callback`, { ada: ['operator'] });
  writeFileSync(file, 'a-secret-that-the-issuer-has-replaced');
  const { OIDC_CLIENT_SECRET: _secret, ...env } = issuer.env;
  const nowhere = 'http://127.0.0.1:9';
  const config = loadConfig({
    ...{ STAGE: 'local', PORT: new URL(url).port, GRPC_PORT: '0', PUBLIC_BASE_URL: url },
    ...{ SQS_QUEUE_URL: `${nowhere}/q`, SQS_DLQ_URL: `${nowhere}/dlq`, AWS_ENDPOINT_URL: nowhere },
    ...{ ORDERS_TABLE: 'orders', INVENTORY_TABLE: 'inventory', PAYMENTS_TABLE: 'payments' },
    ...{ REDIS_URL: 'redis://127.0.0.1:9', OIDC_CLIENT_SECRET_FILE: file },
    ...env,
  });
  service = await start(config, createLogger('operations', 'silent'), { assetsFolder: '/nonexistent' });
});

afterAll(async () => {
  await service.stop();
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

async function login(): Promise<number> {
  const browser = new Browser();
  const page = await browser.logIn(url, 'ada', '/auth/logged-out');
  return page.status;
}

test('a new secret of the client is used without a restart', async () => {
  expect(await login()).toBe(400);
  writeFileSync(file, issuer.env.OIDC_CLIENT_SECRET ?? '');
  const end = Date.now() + 15_000;
  let status = 0;
  while (status !== 200 && Date.now() < end) {
    await sleep(250);
    status = await login();
  }
  expect(status).toBe(200);
}, 40_000);
