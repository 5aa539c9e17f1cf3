/** The console in a browser over a service in memory: states and sizes that a real stack rarely shows. */
import { gzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  OrderStatus,
  OutcomeCountSchema,
  Role,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { buildAssets, collectErrors, findBarriers, launchBrowser } from './browser.ts';
import { FakeOperations } from './fake/operations.ts';
import { createDeadLetter, createOrder, describeOrder } from './fake/orders.ts';
import { type FakeServer, serveFake } from './fake/serve.ts';

const MAX_COMPRESSED_BYTES = 200 * 1024;
const START_MS = Date.now() - 600_000;

let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: Set<string>;
let fake: FakeOperations;
let server: FakeServer;

beforeAll(async () => {
  buildAssets();
  browser = await launchBrowser();
});

afterAll(() => browser.close());

beforeEach(async () => {
  fake = new FakeOperations();
  server = await serveFake(fake);
  context = await browser.newContext({ baseURL: server.url, viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  errors = collectErrors(page);
});

afterEach(async () => {
  await context.close();
  await server.close();
  expect([...errors]).toEqual([]);
});

/** Orders of which number 0 is the oldest; the newest first, as the service lists them. */
function createOrders(count: number) {
  return Array.from({ length: count }, (_, number) => createOrder(number, START_MS)).toReversed();
}

test('loads less than 200 KB of compressed JavaScript, from its own origin alone', async () => {
  const sizes: Promise<number>[] = [];
  const origins = new Set<string>();
  page.on('response', (response) => {
    origins.add(new URL(response.url()).origin);
    if (new URL(response.url()).pathname.endsWith('.js'))
      sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length));
  });
  await page.goto('/');
  await page.getByText('Everything is running').waitFor();
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(total).toBeGreaterThan(50 * 1024);
  expect(total).toBeLessThan(MAX_COMPRESSED_BYTES);
  expect([...origins]).toEqual([server.url]);
});

test('keeps few rows of 10,000 orders, and shows a change of any of them', async () => {
  fake.orders = createOrders(200);
  await page.goto('/orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  for (let first = 200; first < 10_000; first += 700)
    fake.publish(
      Array.from({ length: 700 }, (_, index) => createOrder(first + index, START_MS)).toReversed(),
    );
  const newest = createOrder(9_999, START_MS);
  const row = page.locator(`[data-order="${newest.orderId}"]`);
  await row.waitFor();
  await page.locator('[role=table][aria-rowcount="10001"]').waitFor();
  expect(await page.locator('[role=row][data-order]').count()).toBeLessThan(60);
  fake.publish([createOrder(9_999, START_MS, { status: OrderStatus.FAILED, reason: 'RETRIES_EXHAUSTED' })]);
  await row.getByText('Retries exhausted').waitFor();
  await page.locator('.scroller').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator(`[data-order="${createOrder(0, START_MS).orderId}"]`).waitFor();
  expect(await page.locator('[role=row][data-order]').count()).toBeLessThan(60);
  fake.publish([createOrder(10_000, START_MS)]);
  await page.getByRole('button', { name: 'Show 1 new order' }).click();
  await page.locator(`[data-order="${createOrder(10_000, START_MS).orderId}"]`).waitFor();
});

test('keeps filters in the address, finds orders by request id, and goes back', async () => {
  fake.orders = createOrders(50);
  const rejected = createOrder(7, START_MS, { status: OrderStatus.REJECTED, reason: 'OUT_OF_STOCK' });
  fake.publish([rejected]);
  await page.goto('/orders?status=REJECTED');
  await page.locator(`[data-order="${rejected.orderId}"]`).waitFor();
  expect(await page.locator('[role=row][data-order]').count()).toBe(1);
  await page.getByRole('button', { name: 'Rejected' }).click();
  await page.getByRole('searchbox').fill('request-12');
  await page.getByRole('searchbox').press('Enter');
  await page.locator(`[data-order="${createOrder(12, START_MS).orderId}"]`).waitFor();
  expect(new URL(page.url()).search).toBe('?q=request-12');
  await page.goBack();
  await page.locator('[role=table][aria-rowcount="51"]').waitFor();
  await page.getByRole('searchbox').fill('nobody');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('No order passes these filters').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.locator('[role=table][aria-rowcount="51"]').waitFor();
});

test('moves between orders by keyboard, and to the content past the navigation', async () => {
  fake.orders = createOrders(5);
  await page.goto('/orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
  await page.locator('[role=row][data-order] a').first().focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.title')).toBe(createOrder(3, START_MS).orderId);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Order Completed' }).waitFor();
});

test('shows old data as not live while the service is down, and continues when it is back', async () => {
  fake.orders = createOrders(3);
  await page.goto('/orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  const { port } = new URL(server.url);
  await server.close();
  await page.getByText('Not live').waitFor();
  expect(await page.locator('[role=row][data-order]').count()).toBe(3);
  fake.publish([createOrder(3, START_MS)]);
  server = await serveFake(fake, Number(port));
  await page.locator(`[data-order="${createOrder(3, START_MS).orderId}"]`).waitFor();
  await page.getByText('Not live').waitFor({ state: 'detached' });
});

test('closes its streams while the page is hidden, and continues when it is shown', async () => {
  fake.orders = createOrders(3);
  await page.clock.install();
  await page.goto('/orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  const hide = (isHidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${isHidden} });
      document.dispatchEvent(new Event('visibilitychange'));`);
  await hide(true);
  await page.clock.runFor(11_000);
  await fake.untilWatched(0);
  fake.publish([createOrder(3, START_MS)]);
  await hide(false);
  await fake.untilWatched(1);
  await page.clock.runFor(1_000);
  await page.locator(`[data-order="${createOrder(3, START_MS).orderId}"]`).waitFor();
});

test('says that the service cannot be reached before there is data, and starts when it can', async () => {
  fake.error = new ConnectError('the orders table cannot be reached', Code.Unavailable);
  await page.goto('/stock');
  await page.getByText('The orders table cannot be reached.').first().waitFor();
  fake.error = undefined;
  await page.getByText('No items').waitFor();
});

test('shows an error without an empty card below it', async () => {
  for (const name of ['Orders', 'Dead letters', 'Stock']) {
    fake.error = undefined;
    await page.goto('/nowhere');
    await page.locator('h1').waitFor();
    fake.error = new ConnectError('the orders table cannot be reached', Code.Unavailable);
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.getByText('Not available').first().waitFor();
    expect([name, await page.locator('.card:visible').count()]).toEqual([name, 0]);
  }
});

test('asks to sign in again when the session has ended, and returns to the page', async () => {
  await page.goto('/orders?status=FAILED');
  await page.getByText('No order passes these filters').waitFor();
  fake.error = new ConnectError('no session', Code.Unauthenticated);
  const signIn = page.getByRole('dialog').getByRole('link', { name: 'Sign in' });
  await signIn.waitFor();
  expect(await signIn.getAttribute('href')).toBe('/auth/login?return_to=%2Forders%3Fstatus%3DFAILED');
});

test('redrives dead letters after a confirmation with their count, and shows the progress', async () => {
  fake.deadLetters = Array.from({ length: 500 }, (_, number) => createDeadLetter(number, START_MS));
  fake.snapshot = { ...fake.snapshot, deadLetters: 500 };
  await page.goto('/dead-letters');
  await page.getByRole('button', { name: 'Poison 100' }).click();
  await page.getByRole('button', { name: 'Redrive all' }).click();
  await page.getByRole('heading', { name: 'Redrive 100 dead letters?' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(fake.deadLetters).toHaveLength(500);
  await page.getByRole('button', { name: 'All 500' }).click();
  await page.getByRole('button', { name: 'Redrive all' }).click();
  await page.getByRole('button', { name: 'Redrive 500 dead letters' }).click();
  await page.getByText(/^\d{2,3} of 500$/).waitFor();
  await page.getByText('Redrive finished').waitFor();
  await page.getByText('No dead letters').waitFor();
  expect(fake.deadLetters).toEqual([]);
});

test('reads dead letters again until the list has as many as the queue', async () => {
  // A reader that looks at a message hides it from the others for a moment.
  fake.snapshot = { ...fake.snapshot, deadLetters: 1 };
  await page.goto('/dead-letters');
  await page.getByText('No dead letters').waitFor();
  // The change of the count asks once more.
  await page.waitForResponse((response) => response.url().endsWith('/ListDeadLetters'));
  fake.deadLetters = [createDeadLetter(0, START_MS)];
  await page.getByRole('button', { name: 'Poison 1' }).waitFor();
});

test('shows a viewer no button that changes anything', async () => {
  fake.viewer = { ...fake.viewer, actor: 'ann@example.com', stage: 'prod' };
  fake.orders = createOrders(1);
  fake.details = { actions: ['cancel', 'refund'] };
  fake.deadLetters = [createDeadLetter(1, START_MS)];
  fake.stock = [{ sku: 'MUG-01', available: 3n, currency: 'USD', unitPrice: 1_250n }];
  const orderPath = `/orders/${createOrder(0, START_MS).orderId}`;
  for (const role of [Role.OPERATOR, Role.VIEWER]) {
    fake.viewer = { ...fake.viewer, role };
    for (const [path, shown, names] of [
      ['/dead-letters', '.letter-row:not(.head)', ['Redrive all', /^Redrive 0193/]],
      [orderPath, '.order-title', ['Cancel order', 'Refund']],
      ['/stock', '[data-sku]', ['New item', 'Restock MUG-01']],
    ] as const) {
      await page.goto(path);
      await page.locator(shown).first().waitFor();
      for (const name of names)
        expect(await page.getByRole('button', { name }).count()).toBe(role === Role.OPERATOR ? 1 : 0);
    }
  }
});

test('asks for a reason before it cancels an order', async () => {
  fake.orders = [createOrder(0, START_MS, { status: OrderStatus.PENDING })];
  fake.details = { actions: ['cancel'] };
  await page.goto(`/orders/${createOrder(0, START_MS).orderId}`);
  await page.getByRole('button', { name: 'Cancel order' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Cancel order' });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: /Reason/ }).fill('customer called');
  await confirm.click();
  await page.getByText('The order is cancelled.').waitFor();
  expect(fake.calls).toMatchObject([{ method: 'cancelOrder', request: { reason: 'customer called' } }]);
});

const PAGES = [
  '/',
  '/orders',
  `/orders/${createOrder(4, START_MS).orderId}`,
  '/dead-letters',
  '/dead-letters/message-1',
  '/stock',
  '/try',
  '/faults',
  '/nowhere',
  '/auth/logged-out',
  '/auth/callback',
];

test.each([
  // Another theme changes colours only, another width places only.
  ['light', 1440, undefined],
  ['dark', 1440, ['color-contrast']],
  ['light', 390, ['target-size', 'scrollable-region-focusable']],
] as const)(
  'has no serious barrier on any page, %s at %d pixels, and no sideways scrolling',
  async (theme, width, rules) => {
    fillForEveryPage(fake);
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 844 });
    const barriers: Record<string, string[]> = {};
    for (const path of PAGES) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      barriers[path] = await findBarriers(page, rules);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([path, overflow]).toEqual([path, 0]);
    }
    expect(barriers).toEqual(Object.fromEntries(PAGES.map((path) => [path, []])));
  },
);

test('shows the pages of the login in the look of the console, light and dark', async () => {
  const look = async (path: string) => {
    await page.goto(path);
    await page.locator('.card').first().waitFor();
    return page.evaluate<string>(`(() => {
      const { backgroundColor, borderRadius, fontFamily } = getComputedStyle(document.querySelector('.card'));
      return [backgroundColor, borderRadius, fontFamily].join();
    })()`);
  };
  const surfaces = new Set<string>();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const card = await look('/stock');
    expect(await look('/auth/logged-out')).toBe(card);
    surfaces.add(card);
  }
  expect(surfaces.size).toBe(2);
});

/** Puts something of every kind on every page. */
function fillForEveryPage(service: FakeOperations): void {
  service.orders = createOrders(40).map((order, index) => ({
    ...order,
    status: 1 + (index % 6),
    reason: '',
  }));
  service.deadLetters = [createDeadLetter(0, START_MS), createDeadLetter(1, START_MS)];
  service.details = describeOrder();
  const outcomes = [create(OutcomeCountSchema, { status: OrderStatus.COMPLETED, count: 3 })];
  service.snapshot = { ...service.snapshot, outcomes, deadLetters: 2 };
  service.stock = [
    { sku: 'LAMP-01', available: 1n, held: 1n, holdingOrders: 1, currency: 'JPY', unitPrice: 4_500n },
  ];
}
