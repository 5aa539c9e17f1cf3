/** The published client against the real stack: each call once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type InvalidRequestError,
  isFinal,
  OrderClient,
  type OrderDecidedError,
} from '@order-pipeline/client';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const USER = 'typed';
let system: E2eStack;
let client: OrderClient;

beforeAll(async () => {
  system = await startE2eStack();
  const baseUrl = `http://localhost:${system.ports.api}`;
  const { access_token } = await new OrderClient({ baseUrl }).login(USER);
  client = new OrderClient({ baseUrl, token: access_token });
});

afterAll(() => system.stack.stop());

const place = () => client.placeOrder({ user_id: USER, amount: 999 });

test('places an order and waits for its final state', async () => {
  const accepted = await place();
  const order = await client.waitForOrder(accepted);
  expect(order).toMatchObject({ order_id: accepted.order_id, status: 'COMPLETED', amount: 999 });
  expect(isFinal(order)).toBe(true);
});

test('the same idempotency key is the same order', async () => {
  const body = { user_id: USER, amount: 999 };
  const [first, second] = await Promise.all([
    client.placeOrder(body, { idempotencyKey: 'cart-1' }),
    client.placeOrder(body, { idempotencyKey: 'cart-1' }),
  ]);
  expect(second.order_id).toBe(first.order_id);
});

test('follows an order, each status once', async () => {
  const statuses: string[] = [];
  for await (const { status } of client.watchOrder(await place())) statuses.push(status);
  expect(new Set(statuses).size).toBe(statuses.length);
  expect(statuses.at(-1)).toBe('COMPLETED');
});

test('a decided order cannot be cancelled, and the error carries it', async () => {
  const accepted = await place();
  await client.waitForOrder(accepted);
  const failure = client.cancelOrder(accepted).catch((error: OrderDecidedError) => error);
  expect(await failure).toMatchObject({ name: 'OrderDecidedError', order: { status: 'COMPLETED' } });
});

test('lists own orders page by page', async () => {
  const ids = new Set<string>();
  for await (const order of client.listOrders({ status: 'COMPLETED' })) ids.add(order.order_id);
  expect(ids.size).toBeGreaterThanOrEqual(3);
});

test('names the invalid fields', async () => {
  const failure = client
    .placeOrder({ user_id: USER, amount: 0 })
    .catch((error: InvalidRequestError) => error);
  expect(await failure).toMatchObject({
    name: 'InvalidRequestError',
    errors: [{ in: 'body', field: 'amount' }],
  });
});
