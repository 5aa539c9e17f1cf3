/** The generated client against the real stack: each call once, with the types that the document promises. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOrderApiClient, type OrderApiClient, readPollUrl } from '../src/client/client.js';
import { type E2eStack, startE2eStack } from '../src/stack.js';

let system: E2eStack;
let baseUrl: string;
let client: OrderApiClient;

beforeAll(async () => {
  system = await startE2eStack();
  baseUrl = `http://localhost:${system.ports.api}`;
  const { data } = await createOrderApiClient(baseUrl).POST('/login', { body: { user_id: 'typed' } });
  client = createOrderApiClient(baseUrl, data?.access_token);
});

afterAll(() => system.stack.stop());

async function place(amount = 999) {
  const { data } = await client.POST('/orders', { params: {}, body: { user_id: 'typed', amount } });
  return readPollUrl(data?.poll_url ?? '');
}

test('places an order and reads its final state in one call', async () => {
  const { path, query } = await place();
  const { data, response } = await client.GET('/orders/{order_id}', {
    params: { path, query, header: { Prefer: 'wait=20' } },
  });
  expect(data).toMatchObject({ order_id: path.order_id, status: 'COMPLETED', amount: 999 });
  expect(response.headers.get('preference-applied')).toBe('wait=20');
});

test('follows an order, each status once', async () => {
  const { path, query } = await place();
  const { data } = await client.GET('/orders/{order_id}/events', {
    params: { path, query },
    parseAs: 'text',
  });
  const statuses = [...(data ?? '').matchAll(/^id: (\w+)$/gm)].map(([, status]) => status);
  expect(new Set(statuses).size).toBe(statuses.length);
  expect(statuses.at(-1)).toBe('COMPLETED');
});

test('a decided order cannot be cancelled, and the problem carries it', async () => {
  const { path, query } = await place();
  await client.GET('/orders/{order_id}', { params: { path, query, header: { Prefer: 'wait=20' } } });
  const { error, response } = await client.POST('/orders/{order_id}/cancel', { params: { path, query } });
  expect(response.status).toBe(409);
  expect(error).toMatchObject({ status: 409, order: { status: 'COMPLETED' } });
});

test('lists own orders', async () => {
  const { data } = await client.GET('/orders', { params: { query: { status: 'COMPLETED', limit: 2 } } });
  expect(data?.orders.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
});

test('a problem is typed too', async () => {
  const { error } = await client.POST('/orders', { params: {}, body: { user_id: 'typed', amount: 0 } });
  expect(error?.errors).toEqual([{ in: 'body', field: 'amount', detail: 'min 1' }]);
});

test('operations', async () => {
  expect((await client.GET('/health')).data).toEqual({ status: 'healthy' });
  expect((await client.GET('/ready')).data).toMatchObject({ status: 'ready' });
});

test.each(['http://localhost/orders', 'http://localhost/orders/1?expires=1', 'nonsense'])(
  '%s is no poll URL',
  (url) => {
    expect(() => readPollUrl(url)).toThrow(/URL/);
  },
);
