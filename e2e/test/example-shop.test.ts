/** The example shop as examples/shop/README.md describes it: the stack, `orders listen`, and the shop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@order-pipeline/local/redis-server';
import { type E2eStack, startE2eStack } from '../src/stack.js';

let system: E2eStack;
let shopUrl: string;
const children: ChildProcess[] = [];
const output: string[] = [];

beforeAll(async () => {
  system = await startE2eStack();
  const port = await freePort();
  shopUrl = `http://localhost:${port}`;
  const orders = ['scripts/orders.mjs', 'listen', '--forward-to', `${shopUrl}/webhooks`];
  start(orders, { LOCAL_SQS_PORT: String(system.ports.sqs) });
  const secret = await printed(/Signing secret: (\S+)/);
  const settings = { PORT: String(port), ORDER_API_URL: `http://localhost:${system.ports.api}` };
  start(['examples/shop/shop.js'], { ...settings, WEBHOOK_SECRET: secret });
  await printed(/shop: (http\S+)/);
});

afterAll(async () => {
  await Promise.all(
    children.map((child) => {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGINT');
      return ended;
    }),
  );
  await system.stack.stop();
});

function start(args: readonly string[], env: Readonly<Record<string, string>>): void {
  const child = spawn(process.execPath, [...args], { env: { PATH: process.env.PATH, ...env } });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  children.push(child);
}

async function printed(pattern: RegExp): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const match = pattern.exec(output.join(''));
    if (match) return match[1] ?? '';
    if (Date.now() > deadline) throw new Error(`not printed: ${pattern}\n${output.join('')}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function buy(body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${shopUrl}/buy`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('buys a cart once, and receives its event', async () => {
  const cart = { cart: 'cart-1', amount: 2_500, items: [{ sku: 'MUG-01', quantity: 2 }] };
  const first = await buy(cart);
  expect(first).toMatchObject({ status: 200, body: { status: 'COMPLETED', amount: 2_500 } });
  expect((await buy(cart)).body.order_id).toBe(first.body.order_id);
  await printed(new RegExp(`(order.completed ${first.body.order_id})`));
  const events: unknown = await (await fetch(`${shopUrl}/events`)).json();
  expect(events).toEqual([
    { id: `${first.body.order_id}:completed`, type: 'order.completed', status: 'COMPLETED' },
  ]);
});

test('shows what is wrong with an order', async () => {
  expect(await buy({ cart: 'cart-2', amount: 0 })).toMatchObject({ status: 422 });
});

test('refuses a webhook that is not signed', async () => {
  const response = await fetch(`${shopUrl}/webhooks`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(400);
});
