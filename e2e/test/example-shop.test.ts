/** The example shop, by the commands of examples/shop/README.md: `orders listen`, the shop and a purchase. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PORT_VARIABLES } from '@order-pipeline/local/config';
import { type RunResult, TestedCommands } from '@order-pipeline/local/documents';
import { freePort } from '@order-pipeline/local/redis-server';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const documents = new TestedCommands(resolve('.'), 'e2e/test/example-shop.test.ts');
const [LISTEN = '', SHOP = '', BUY = ''] = documents.blocks.flatMap(({ commands }) => commands);

let system: E2eStack;
let port: number;
const stop = new AbortController();
const running: Promise<RunResult>[] = [];
const output: string[] = [];

beforeAll(async () => {
  system = await startE2eStack();
  port = await freePort();
  start(LISTEN);
  const secret = await printed(/Signing secret: (\S+)/);
  start(SHOP, `${secret}\n`);
  await printed(/shop: (http\S+)/);
});

afterAll(async () => {
  stop.abort();
  await Promise.all(running);
  await system.stack.stop();
});

function toOptions() {
  const moved = {
    [PORT_VARIABLES.sqs]: String(system.ports.sqs),
    ORDER_API_URL: `http://localhost:${system.ports.api}`,
    PORT: String(port),
  };
  return { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...moved }, ports: { 3000: port } };
}

/** Starts a command that runs until the end of the tests. */
function start(command: string, input = ''): void {
  const index = output.push('') - 1;
  const onOutput = (text: string) => {
    output[index] = text;
  };
  running.push(documents.run(command, { ...toOptions(), input, signal: stop.signal, onOutput }));
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

async function buy(): Promise<Record<string, unknown>> {
  const { code, out } = await documents.run(BUY, toOptions());
  expect(code).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
}

test('buys a cart once, and receives its event', async () => {
  const first = await buy();
  expect(first).toMatchObject({ status: 'COMPLETED', amount: 2_500 });
  expect((await buy()).order_id).toBe(first.order_id);
  await printed(new RegExp(`(order.completed ${first.order_id})`));
  const events: unknown = await (await fetch(`http://localhost:${port}/events`)).json();
  expect(events).toEqual([
    { id: `${first.order_id}:completed`, type: 'order.completed', status: 'COMPLETED' },
  ]);
});

test('shows what is wrong with an order', async () => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ cart: 'cart-2', amount: 0 });
  const response = await fetch(`http://localhost:${port}/buy`, { method: 'POST', headers, body });
  expect(response.status).toBe(422);
});

const post = (body: string) =>
  fetch(`http://localhost:${port}/buy`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

test('rejects another cart with another amount, and the same cart with another amount', async () => {
  const items = [{ sku: 'MUG-01', quantity: 2 }];
  const other = await post(JSON.stringify({ cart: 'cart-3', amount: 2_400, items }));
  expect(await other.json()).toMatchObject({ status: 'REJECTED', reason: 'AMOUNT_MISMATCH' });
  const same = await post(JSON.stringify({ cart: 'cart-3', amount: 2_500, items }));
  expect(same.status).toBe(422);
});

test('refuses a body that is not JSON, without a stack trace', async () => {
  const response = await post('{bad');
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: 'The body is not valid JSON.' });
  expect(output.join('')).not.toContain('SyntaxError');
});

test('refuses a webhook that is not signed', async () => {
  const response = await fetch(`http://localhost:${port}/webhooks`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(400);
});

test('every command of the document has run', () => expect(documents.pending()).toEqual([]));
