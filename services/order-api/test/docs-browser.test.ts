/** The documentation pages in a browser: they render the OpenAPI 3.1 document, and their examples can be sent as shown. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { loadOpenApi } from '../src/docs/router.js';
import { logIn } from './harness.js';
import { api } from './running-api.js';

let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
});

afterAll(() => browser.close());

const operationIds = Object.values(loadOpenApi().paths).flatMap((methods) =>
  Object.values(methods as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
);

test('Swagger UI shows every operation and both webhooks', async () => {
  await page.goto(`${api.url}/docs`);
  await page.waitForSelector('.opblock');
  const shown = await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => id));
  for (const id of operationIds) expect(shown).toContainEqual(expect.stringMatching(new RegExp(`-${id}$`)));
  expect(await page.locator('.webhooks .opblock').count()).toBe(2);
  expect(await page.locator('.errors-wrapper').count()).toBe(0);
  expect(problems).toEqual([]);
});

test('an order can be sent from Swagger UI as it is shown, each time as a new order', async () => {
  const { Authorization } = await logIn(api, 'u123');
  await page.locator('button.authorize').click();
  const scheme = page.locator('.auth-container', { hasText: 'bearer' }).first();
  await scheme.locator('input').fill(Authorization.replace('Bearer ', ''));
  await scheme.locator('button[type=submit]').click();
  await page.locator('.btn-done').first().click();
  const operation = page.locator('[id$=-placeOrder]');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  expect(await operation.locator('input[placeholder*=Idempotency-Key]').inputValue()).toBe('');
  const send = async () => {
    const answer = page.waitForResponse(
      (response) => response.url() === `${api.url}/orders` && response.request().method() === 'POST',
    );
    await operation.locator('.execute').click();
    const response = await answer;
    expect(response.request().headers()['idempotency-key']).toBeUndefined();
    expect(response.status()).toBe(202);
    return ((await response.json()) as { order_id: string }).order_id;
  };
  expect(await send()).not.toBe(await send());
});

test('ReDoc shows every operation', async () => {
  await page.goto(`${api.url}/redoc`);
  await page.waitForSelector('[data-section-id^="tag/"]');
  const text = await page.locator('body').textContent();
  for (const summary of ['Place an order', 'Follow an order', 'Register', 'Webhooks'])
    expect(text).toContain(summary);
  expect(problems).toEqual([]);
});
