/** The console on the real local stack: every outcome, a search, dead letters, logins, a killed processor, and the end of the stack. */
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LocalLabService, Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import type { ScannedProcess } from '@order-pipeline/e2e/scanned-process';
import { startSecondConsole } from '@order-pipeline/e2e/second-console';
import { type E2eStack, freePort, startE2eStack } from '@order-pipeline/e2e/stack';
import type { Browser, Locator, Page } from 'playwright-core';
import { Issuer } from '../../test/issuer.ts';
import { buildAssets, collectErrors, findBarriers, launchBrowser } from './browser.ts';

let running: E2eStack;
let browser: Browser;
let page: Page;
let errors: Set<string>;

beforeAll(async () => {
  buildAssets();
  [running, browser] = await Promise.all([startE2eStack({ console: true }), launchBrowser()]);
  const context = await browser.newContext({
    baseURL: `http://localhost:${running.ports.operations}`,
    viewport: { width: 1440, height: 900 },
  });
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  errors = collectErrors(page);
  await page.goto('/try');
  // A reload would lose it.
  await page.evaluate('window.isSamePage = true');
});

afterAll(async () => {
  await browser.close();
  await running.stack.stop();
});

const visit = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click();
const placed = (index: number): Locator => page.locator('.placed-row').nth(index);

/** Places one order and waits until the page has it. */
async function place(outcome: string): Promise<void> {
  const before = await page.locator('.placed-row').count();
  await page.getByRole('button', { name: new RegExp(`^${outcome}`) }).click();
  await placed(before).waitFor();
}

test('places an order of every outcome, and shows each change without a reload', async () => {
  const outcomes: readonly (readonly [string, string, string])[] = [
    ['Completed', 'COMPLETED', ''],
    ['Out of stock', 'REJECTED', 'Out of stock'],
    ['Unknown SKU', 'REJECTED', 'Unknown SKU'],
    ['Amount mismatch', 'REJECTED', 'Amount mismatch'],
    ['Fraud suspected', 'REJECTED', 'Fraud suspected'],
    ['Payment declined', 'REJECTED', 'Payment declined'],
    ['Authentication required', 'REJECTED', 'Authentication required'],
    ['Cancelled', 'CANCELLED', ''],
  ];
  for (const [outcome] of outcomes) await place(outcome);
  // The newest is first.
  for (const [index, [, status, reason]] of outcomes.toReversed().entries()) {
    await placed(index).locator(`.placed-line [data-status=${status}]`).waitFor();
    if (reason) await placed(index).locator('.reason', { hasText: reason }).waitFor();
  }
  await page.getByText(`${outcomes.length} orders, 0 open`).waitFor();
  expect(await page.evaluate('window.isSamePage')).toBe(true);
});

test('follows an order by the event stream of the API', async () => {
  await place('Completed');
  await placed(0)
    .getByRole('list', { name: 'Events of the order' })
    .locator('[data-status=COMPLETED]')
    .waitFor();
});

test('opens an order with its timeline, and finds it by its request id', async () => {
  await placed(0).getByRole('link').first().click();
  for (const step of ['Reserve stock', 'Score fraud', 'Authorize payment', 'Decide'])
    await page.locator('.step-name', { hasText: step }).waitFor();
  await page.locator('.moment', { hasText: 'Settle' }).waitFor();
  await page.getByText('Captured', { exact: true }).waitFor();
  const orderId = await page.locator('.order-title code').textContent();
  const requestId = await page.locator('dt:has-text("Request id") + dd code').textContent();
  await visit('Orders');
  await page.getByRole('searchbox').fill(requestId ?? '');
  await page.getByRole('searchbox').press('Enter');
  await page.locator('[role=table][aria-rowcount="2"]').waitFor();
  await page.locator(`[data-order="${orderId}"]`).waitFor();
  expect(await page.evaluate('window.isSamePage')).toBe(true);
});

test('restocks an item', async () => {
  await visit('Stock');
  const cell = page.locator('[data-sku="LAMP-01"] [data-available]');
  const before = Number(await cell.getAttribute('data-available'));
  await page.getByRole('button', { name: 'Restock LAMP-01' }).click();
  await page.getByLabel('Pieces to add').fill('7');
  await page.getByRole('button', { name: 'Add 7 pieces' }).click();
  await page.locator(`[data-sku="LAMP-01"] [data-available="${before + 7}"]`).waitFor();
});

test('makes 500 dead letters', async () => {
  await visit('Try it');
  await page.getByRole('button', { name: '200', exact: true }).click();
  await page.getByRole('button', { name: /^Dead letter/ }).click();
  await page.getByText('200 accepted').waitFor();
  const baseUrl = `http://localhost:${running.ports.operations}`;
  const lab = createClient(LocalLabService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
  const accepted: number[] = [];
  for await (const progress of lab.placeOrders({ outcome: Outcome.DEAD_LETTER, count: 300 }))
    accepted.push(progress.accepted);
  expect(accepted.at(-1)).toBe(300);
  await page.getByRole('navigation').getByText(/^500/).waitFor();
});

describe('with logins', () => {
  let issuer: Issuer;
  let service: ScannedProcess;
  let viewer: Page;
  let url: string;
  let ports: { readonly http: number; readonly grpc: number };

  const start = (settings: Readonly<Record<string, string>> = {}) =>
    startSecondConsole(running, ports, { ...issuer.env, PUBLIC_BASE_URL: url, ...settings });

  beforeAll(async () => {
    // The provider warns that it is no provider for production.
    for (const method of ['warn', 'info'] as const)
      jest.spyOn(console, method).mockImplementation(() => undefined);
    ports = { http: await freePort(), grpc: await freePort() };
    url = `http://localhost:${ports.http}`;
    issuer = await Issuer.start(`${url}/auth/callback`, { vic: ['viewer'] });
    service = await start();
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(30_000);
    viewer = await context.newPage();
  });

  afterAll(async () => {
    await viewer.context().close();
    await service.stop();
    await issuer.stop();
  });

  /** Logs in through the provider's forms, from the dialog that the console shows. */
  async function logIn(path: string): Promise<void> {
    await viewer.goto(path);
    await viewer.getByRole('dialog').getByRole('link', { name: 'Sign in' }).click();
    await viewer.locator('input[name=login]').fill('vic');
    await viewer.locator('input[name=password]').fill('any');
    await viewer.locator('button[type=submit]').click();
    await viewer.waitForURL(/interaction/);
    await viewer.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
    await viewer.locator('button[type=submit]').click();
    await viewer.waitForURL(`${url}${path}`);
  }

  /** Calls a method as the page does, with the session's cookie and CSRF token. Returns status and body. */
  function call(method: string, request: object, streams = false): Promise<[number, string]> {
    return viewer.evaluate(`(async () => {
      const json = new TextEncoder().encode(${JSON.stringify(JSON.stringify(request))});
      const envelope = new Uint8Array(5 + json.length);
      new DataView(envelope.buffer).setUint32(1, json.length);
      envelope.set(json, 5);
      const response = await fetch('/operations.v1.OperationsService/${method}', {
        method: 'POST',
        headers: {
          'content-type': ${streams} ? 'application/connect+json' : 'application/json',
          'x-csrf-token': document.querySelector('input[name=csrf_token]')?.value ?? '',
        },
        body: ${streams} ? envelope : json,
      });
      return [response.status, await response.text()];
    })()`);
  }

  test('shows a viewer who logged in no button that changes anything', async () => {
    const operator = await page.context().newPage();
    await logIn('/orders?status=COMPLETED');
    await viewer.getByText('Viewer: read only').waitFor();
    const row = viewer.locator('[role=row][data-order]').first();
    await row.waitFor();
    const orderPath = `/orders/${await row.getAttribute('data-order')}`;
    for (const [path, shown, name] of [
      ['/dead-letters', '.letter-row:not(.head)', 'Redrive all'],
      [orderPath, '.order-title', 'Refund'],
      ['/stock', '[data-sku]', 'Restock LAMP-01'],
    ] as const) {
      await operator.goto(`http://localhost:${running.ports.operations}${path}`);
      await operator.getByRole('button', { name }).waitFor();
      // Nothing reads dead letters now: a reader hides them from others.
      await operator.goto('about:blank');
      await viewer.goto(path);
      await viewer.locator(shown).first().waitFor();
      const buttons = await viewer.getByRole('button').allTextContents();
      expect(buttons).toContain('Sign out');
      expect(buttons.filter((text) => /redrive|fail|cancel|refund|restock|new item/i.test(text))).toEqual([]);
      expect(await viewer.getByRole('button', { name }).count()).toBe(0);
    }
    await operator.close();
  });

  test('refuses the calls of a viewer that change anything', async () => {
    const [status, body] = await call('GetViewer', {});
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ role: 'ROLE_VIEWER' })]);
    for (const [method, request] of [
      ['Restock', { sku: 'LAMP-01', quantity: '1', deliveryId: 'of-a-viewer' }],
      ['FailDeadLetter', { id: 'any', reason: 'none' }],
      ['CancelOrder', { orderId: 'any', reason: 'none' }],
    ] as const) {
      const [refused, text] = await call(method, request);
      expect([refused, JSON.parse(text)]).toEqual([
        403,
        { code: 'permission_denied', message: `${method} needs the role operator` },
      ]);
    }
    const [, stream] = await call('RedriveDeadLetters', { all: true, rate: 1_000 }, true);
    expect(stream).toContain('"code":"permission_denied"');
    expect(stream).toContain('RedriveDeadLetters needs the role operator');
    await page.getByRole('navigation').getByText(/^500/).waitFor();
  });

  test('ends the session at the logout', async () => {
    await viewer.getByRole('button', { name: 'Sign out' }).click();
    await viewer.getByText('You are logged out.').waitFor();
    expect(await call('GetViewer', {})).toEqual([401, expect.stringContaining('"code":"unauthenticated"')]);
    await viewer.goto('/stock');
    await viewer.getByRole('dialog').getByText('Your session has ended').waitFor();
  });

  test('keeps the page when the session expires, and returns to it after the next login', async () => {
    await service.stop();
    service = await start({ SESSION_MAX_AGE_SECONDS: '6' });
    await viewer.goto(`/auth/login?return_to=${encodeURIComponent('/orders?status=COMPLETED')}`);
    const rows = viewer.locator('[role=row][data-order]');
    await rows.first().waitFor();
    await viewer.evaluate('window.isSamePage = true');
    const dialog = viewer.getByRole('dialog');
    await dialog.getByText('Your session has ended').waitFor();
    expect(await viewer.evaluate('window.isSamePage')).toBe(true);
    expect(await rows.count()).toBeGreaterThan(0);
    // The provider still knows the person.
    await dialog.getByRole('link', { name: 'Sign in' }).click();
    await rows.first().waitFor();
    expect(viewer.url()).toBe(`${url}/orders?status=COMPLETED`);
    expect(await viewer.evaluate('window.isSamePage')).toBeUndefined();
  });
});

test('redrives 500 dead letters with their count and progress', async () => {
  await visit('Dead letters');
  await page.getByRole('button', { name: 'Redrive all' }).click();
  await page.getByLabel(/Rate/).selectOption('200');
  await page.getByRole('button', { name: 'Redrive 500 dead letters' }).click();
  await page.locator('progress').waitFor();
  await page.getByText(/^[1-9]\d{0,2} of 500$/).waitFor();
  await page.getByText('Redrive finished').waitFor();
  await page.getByText('500 of 500').waitFor();
});

test('has no serious barrier with real orders, light and dark', async () => {
  const barriers: Record<string, string[]> = {};
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // console.test.ts has the others.
    for (const name of ['Overview', 'Try it', 'Faults']) {
      await visit(name);
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      barriers[`${name}, ${colorScheme}`] = await findBarriers(
        page,
        colorScheme === 'dark' ? ['color-contrast'] : undefined,
      );
    }
  }
  expect(Object.entries(barriers).filter(([, found]) => found.length > 0)).toEqual([]);
});

test('kills the processor while orders flow, and sees every order finish', async () => {
  await visit('Faults');
  await page.getByRole('button', { name: /orders a second flow/ }).click();
  const untilAccepted = (pattern: RegExp) => page.getByRole('button', { name: pattern }).waitFor();
  await untilAccepted(/\(\d{2,} accepted\)/);
  const card = page.locator('.fault', { hasText: 'Kill the processor' });
  await card.getByRole('button').click();
  await card.getByText('1 ×').waitFor();
  await untilAccepted(/\([5-9]\d accepted\)/);
  await page.getByRole('button', { name: /Stop the orders/ }).click();
  const figure = async (name: string) => Number(await page.locator(`[data-figure="${name}"]`).textContent());
  const figures = async (...names: string[]) => Promise.all(names.map(figure));
  // The counts of the last orders arrive after the flow has stopped.
  await until(async () => {
    const [accepted = 0, final, open] = await figures('accepted', 'final', 'open');
    return accepted > 50 && final === accepted && open === 0;
  });
  expect(await figures('lost', 'charged wrongly', 'oversold')).toEqual([0, 0, 0]);
  await page.getByText('Every accepted order has exactly one outcome').waitFor();
});

/** Resolves when the condition holds. @throws {Error} after 30 s */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the page did not get there in time');
    await page.waitForTimeout(100);
  }
}

test('keeps what it knows, and says that it is old, when the stack stops', async () => {
  await visit('Orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  expect([...errors]).toEqual([]);
  await running.stack.stop();
  await page.getByText('Not live').waitFor();
  expect(await page.locator('[role=row][data-order]').count()).toBeGreaterThan(5);
});
