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

test('an order is known by its id and the token of its owner once it is claimed', async () => {
  const { order_id, poll_url } = await place();
  const order = await client.waitForOrder(poll_url);
  expect(await client.getOrder(order_id)).toEqual(order);
  expect(await client.waitForOrder(order_id)).toEqual(order);
  const statuses: string[] = [];
  for await (const { status } of client.watchOrder(order_id)) statuses.push(status);
  expect(statuses).toEqual(['COMPLETED']);
  await expect(client.cancelOrder(order_id)).rejects.toMatchObject({ name: 'OrderDecidedError' });
  const baseUrl = `http://localhost:${system.ports.api}`;
  const { access_token } = await new OrderClient({ baseUrl }).login('stranger');
  const stranger = new OrderClient({ baseUrl, token: access_token });
  await expect(stranger.getOrder(order_id)).rejects.toMatchObject({ status: 404 });
});

test('lists the orders of a time', async () => {
  const { created_at = '' } = await client.waitForOrder(await place());
  const idsOf = async (filter: Parameters<OrderClient['listOrders']>[0]) => {
    const ids: string[] = [];
    for await (const { order_id } of client.listOrders(filter)) ids.push(order_id);
    return ids;
  };
  const earlier = await idsOf({ created_before: created_at });
  const since = await idsOf({ created_after: created_at });
  expect(since).toHaveLength(1);
  expect(earlier.length).toBeGreaterThanOrEqual(1);
  expect(earlier).not.toContain(since[0]);
});

test('the example of an order in the OpenAPI document completes as it is shown', async () => {
  const baseUrl = `http://localhost:${system.ports.api}`;
  const { paths } = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as {
    paths: Record<string, { post: { requestBody: { content: Record<string, { example: never }> } } }>;
  };
  const exampleOf = (path: string) => paths[path]?.post.requestBody.content['application/json']?.example;
  const send = (path: string, headers: Record<string, string> = {}) =>
    fetch(baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(exampleOf(path)),
    });
  const { access_token } = (await (await send('/login')).json()) as { access_token: string };
  const placed = await send('/orders', { authorization: `Bearer ${access_token}` });
  expect(placed.status).toBe(202);
  const order = await client.waitForOrder((await placed.json()) as { poll_url: string });
  expect(order).toMatchObject({ status: 'COMPLETED', amount: 2500 });
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
