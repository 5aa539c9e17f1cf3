/** The client against scripted responses: retries, errors, waiting, watching and paging. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as errors from '../src/errors.js';
import { OrderClient, type OrderClientOptions } from '../src/index.js';
import { problem, type ScriptedAnswer, ScriptedApi } from './scripted-api.js';

const ID = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';
const OWN = 'urn:order-pipeline:problem:';
const order = { user_id: 'u1', amount: 999 };

let api: ScriptedApi;
const accepted = () => ({
  order_id: ID,
  status: 'PENDING',
  poll_url: `${api.url}/orders/${ID}?expires=1&key_id=k&signature=s`,
  requested_at: '2026-01-01T00:00:00.000Z',
});
const state = (status: string) => ({ order_id: ID, status });

function createClient(options: Partial<OrderClientOptions> = {}): OrderClient {
  return new OrderClient({
    baseUrl: api.url,
    token: 'token',
    baseDelayMs: 1,
    maxDelayMs: 1_500,
    timeoutMs: 2_000,
    ...options,
  });
}

beforeAll(async () => {
  api = await ScriptedApi.start();
});
afterAll(() => api.stop());

describe('placeOrder', () => {
  test('repeats with one idempotency key until the order is accepted', async () => {
    api.script(
      'reset',
      { status: 503, body: problem(503) },
      { status: 429, body: problem(429), headers: { 'retry-after': '0' } },
      { status: 409, body: problem(409, `${OWN}idempotency-key-in-flight`) },
      { status: 202, body: accepted() },
    );
    expect(await createClient().placeOrder(order)).toEqual(accepted());
    const keys = new Set(api.requests.map(({ headers }) => headers['idempotency-key']));
    expect(api.requests).toHaveLength(5);
    expect(keys.size).toBe(1);
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      url: '/orders',
      body: JSON.stringify(order),
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    });
  });

  test.each<[string, ScriptedAnswer]>([
    ['whose body is cut off', 'cut'],
    ['that is not JSON, as of a captive portal', { status: 200, text: '<html>' }],
  ])('repeats after a response %s', async (_, broken) => {
    api.script(broken, { status: 202, body: accepted() });
    expect(await createClient().placeOrder(order)).toEqual(accepted());
    expect(new Set(api.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(api.requests).toHaveLength(2);
    api.script(broken);
    const failure = createClient({ maxRetries: 1 }).placeOrder(order, { idempotencyKey: 'cart-8' });
    await expect(failure).rejects.toMatchObject({
      name: 'OrderConnectionError',
      idempotencyKey: 'cart-8',
    });
  });

  test('keeps the idempotency key of the caller, and names it in errors', async () => {
    api.script({ status: 422, body: problem(422, `${OWN}idempotency-key-reused`) });
    const failure = createClient().placeOrder(order, { idempotencyKey: 'cart-7' });
    await expect(failure).rejects.toMatchObject({
      name: 'IdempotencyKeyReusedError',
      idempotencyKey: 'cart-7',
    });
    expect(api.requests).toHaveLength(1);
  });

  test('an unknown outcome carries the order id and the poll URL', async () => {
    const unknown = problem(503, `${OWN}order-outcome-unknown`, {
      order_id: ID,
      poll_url: 'http://p/orders/1',
    });
    api.script({ status: 503, body: unknown });
    const failure: unknown = await createClient({ maxRetries: 2 })
      .placeOrder(order)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(errors.OrderOutcomeUnknownError);
    expect(failure).toMatchObject({ orderId: ID, pollUrl: 'http://p/orders/1', requestId: 'r-1' });
    expect(api.requests).toHaveLength(3);
  });

  test('a connection that never responds is an OrderConnectionError with the key', async () => {
    api.script('hang');
    const failure = createClient({ maxRetries: 1, timeoutMs: 50 }).placeOrder(order);
    await expect(failure).rejects.toMatchObject({
      name: 'OrderConnectionError',
      idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(api.requests).toHaveLength(2);
  });

  test('does not wait for a Retry-After beyond maxDelayMs', async () => {
    api.script({ status: 429, body: problem(429), headers: { 'retry-after': '3600' } });
    const failure = createClient().placeOrder(order);
    await expect(failure).rejects.toMatchObject({ name: 'QuotaExceededError', retryAfterMs: 3_600_000 });
    expect(api.requests).toHaveLength(1);
  });

  test('an aborted call stops retrying with the reason of the signal', async () => {
    api.script({ status: 503, body: problem(503), headers: { 'retry-after': '1' } });
    const abort = new AbortController();
    const failure = createClient().placeOrder(order, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('closed by the user')), 20);
    await expect(failure).rejects.toThrow('closed by the user');
  });

  test('asks for a new token once after 401', async () => {
    api.script({ status: 401, body: problem(401) }, { status: 202, body: accepted() });
    const refreshes: boolean[] = [];
    const client = createClient({
      token: ({ refresh }) => {
        refreshes.push(refresh);
        return refresh ? 'new' : 'old';
      },
    });
    await client.placeOrder(order);
    expect(refreshes).toEqual([false, true]);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);

    api.script({ status: 401, body: problem(401) });
    await expect(client.placeOrder(order)).rejects.toBeInstanceOf(errors.UnauthenticatedError);
    expect(api.requests).toHaveLength(2);
  });
});

test.each([
  [400, 'about:blank', 'OrderApiError'],
  [401, 'about:blank', 'UnauthenticatedError'],
  [403, 'about:blank', 'ForbiddenError'],
  [409, `${OWN}order-decided`, 'OrderDecidedError'],
  [410, `${OWN}poll-url-expired`, 'PollUrlExpiredError'],
  [422, `${OWN}invalid-request`, 'InvalidRequestError'],
  [503, 'about:blank', 'UnavailableError'],
])('status %i of type %s is a %s', async (status, type, name) => {
  api.script({ status, body: problem(status, type, { errors: [], order: state('COMPLETED') }) });
  const failure: unknown = await createClient({ maxRetries: 0 })
    .cancelOrder(accepted())
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name, status });
  expect(failure).toBeInstanceOf(errors.OrderClientError);
  if (failure instanceof errors.OrderDecidedError) expect(failure.order).toEqual(state('COMPLETED'));
  if (failure instanceof errors.InvalidRequestError) expect(failure.errors).toEqual([]);
});

test('a response of a proxy without problem details is an error with its status', async () => {
  api.script({
    status: 502,
    text: '<html>',
    headers: { 'content-type': 'text/html', 'x-request-id': 'p-1' },
  });
  const failure = createClient({ maxRetries: 0 }).getOrder(accepted());
  await expect(failure).rejects.toMatchObject({ status: 502, requestId: 'p-1' });
});

describe('waitForOrder', () => {
  test('returns the final order of a held request', async () => {
    api.script({ status: 200, body: state('COMPLETED') });
    expect(await createClient().waitForOrder(accepted(), { timeoutMs: 5_000 })).toEqual(state('COMPLETED'));
    expect(api.requests[0]).toMatchObject({
      url: `/orders/${ID}?expires=1&key_id=k&signature=s`,
      headers: { prefer: 'wait=5' },
    });
    expect(api.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('follows the event stream when the held request ends early', async () => {
    api.script(
      { status: 200, body: state('PROCESSING') },
      { status: 200, text: events('REJECTED'), headers: { 'content-type': 'text/event-stream' } },
    );
    expect((await createClient().waitForOrder(accepted())).status).toBe('REJECTED');
  });

  test('throws OrderTimeoutError with the latest state', async () => {
    api.script({ status: 200, body: state('PROCESSING') }, 'hang');
    const failure = createClient().waitForOrder(accepted(), { timeoutMs: 100 });
    await expect(failure).rejects.toMatchObject({
      name: 'OrderTimeoutError',
      order: state('PROCESSING'),
    });
  });
});

describe('watchOrder', () => {
  test('resumes an interrupted stream after the last event', async () => {
    api.script(
      {
        status: 200,
        text: events('PENDING', 'PROCESSING'),
        headers: { 'content-type': 'text/event-stream' },
      },
      { status: 200, text: events('CANCELLED'), headers: { 'content-type': 'text/event-stream' } },
    );
    const statuses: string[] = [];
    for await (const { status } of createClient().watchOrder(accepted())) statuses.push(status);
    expect(statuses).toEqual(['PENDING', 'PROCESSING', 'CANCELLED']);
    expect(api.requests[1]).toMatchObject({
      url: `/orders/${ID}/events?expires=1&key_id=k&signature=s`,
      headers: { 'last-event-id': 'PROCESSING' },
    });
  });

  test('ends at 204, which says that the last event was the final one', async () => {
    api.script({ status: 204 });
    for await (const _ of createClient().watchOrder(accepted())) throw new Error('no event expected');
    expect(api.requests).toHaveLength(1);
  });

  test('an order id is followed with the token of its owner', async () => {
    api.script({ status: 200, text: events('COMPLETED'), headers: { 'content-type': 'text/event-stream' } });
    for await (const { status } of createClient().watchOrder(ID)) expect(status).toBe('COMPLETED');
    expect(api.requests[0]).toMatchObject({
      url: `/orders/${ID}/events`,
      headers: { authorization: 'Bearer token' },
    });
  });

  test('a refused stream is an error', async () => {
    api.script({ status: 410, body: problem(410, `${OWN}poll-url-expired`) });
    await expect(createClient().watchOrder(accepted()).next()).rejects.toMatchObject({
      name: 'PollUrlExpiredError',
    });
  });
});

test('listOrders reads page after page', async () => {
  api.script(
    { status: 200, body: { orders: [state('COMPLETED')], next_cursor: 'c1' } },
    { status: 200, body: { orders: [state('COMPLETED'), state('COMPLETED')] } },
  );
  let count = 0;
  for await (const _ of createClient().listOrders({ status: 'COMPLETED' })) count++;
  expect(count).toBe(3);
  expect(api.requests.map(({ url }) => url)).toEqual([
    '/orders?status=COMPLETED',
    '/orders?status=COMPLETED&cursor=c1',
  ]);
});

test('login exchanges credentials', async () => {
  api.script({ status: 200, body: { access_token: 't', token_type: 'bearer', expires_in: 60 } });
  expect(await createClient({ baseUrl: `${api.url}/` }).login('u1', 'secret')).toMatchObject({
    access_token: 't',
  });
  expect(api.requests[0]?.body).toBe('{"user_id":"u1","password":"secret"}');
});

/** An event stream with one event for each status. */
function events(...statuses: string[]): string {
  const blocks = statuses.map(
    (status) => `event: status\nid: ${status}\ndata: ${JSON.stringify(state(status))}\n\n`,
  );
  return `retry: 5\n\n: waiting\n\n${blocks.join('')}`;
}
