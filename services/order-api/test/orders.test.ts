import { beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_URL_SIGNING_KEYS } from '../src/config.js';
import { type KeyRing, parseKeyRing } from '../src/keys.js';
import { signOrder, toSignedPath } from '../src/orders/poll-url.js';
import { call, logIn, placeOrder, putRecord, receiveOrders, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('placing an order', () => {
  test('answers 202 with a signed URL once SQS has the order', async () => {
    const { status, body, headers } = await placeOrder(api, 'u123');
    expect(status).toBe(202);
    expect(body).toEqual({
      order_id: expect.stringMatching(UUID_V7),
      status: 'PENDING',
      poll_url: expect.stringMatching(
        new RegExp(
          `^${api.url}/orders/${body.order_id}\\?expires=\\d{10}&key_id=local&signature=[\\w-]{43}$`,
        ),
      ),
      requested_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(headers.get('location')).toBe(body.poll_url);
    expect(headers.get('retry-after')).toBe('1');
    const [message] = await receiveOrders(stack, 'u123', 1);
    expect(message).toEqual({
      order: {
        order_id: body.order_id,
        user_id: 'u123',
        amount: 999,
        currency: 'USD',
        items: [],
        payment_method: 'tok_visa',
        created_at: body.requested_at,
      },
      attributes: {
        request_id: headers.get('x-request-id'),
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
    });
  });

  test('hands over currency, items and payment method, and continues the caller’s trace', async () => {
    const fields = {
      amount: 2_400,
      currency: 'EUR',
      items: [{ sku: 'MUG-01', quantity: 2 }],
      payment_method: 'tok_mastercard',
    };
    await placeOrder(api, 'full', fields, {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
      'X-Request-ID': 'mine-1',
    });
    const [message] = await receiveOrders(stack, 'full', 1);
    expect(message?.order).toMatchObject({ user_id: 'full', ...fields });
    expect(message?.attributes.request_id).toBe('mine-1');
    expect(message?.attributes.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-00$/,
    );
  });

  test('refuses an order for another user', async () => {
    const { status, body } = await placeOrder(api, 'u123', { user_id: 'u456' });
    expect(status).toBe(403);
    expect(body).toMatchObject({ status: 403, detail: 'user_id is not the subject of the access token.' });
  });

  test.each([
    ['no amount', { amount: undefined }, 'amount'],
    ['a negative amount', { amount: -1 }, 'amount'],
    ['a zero amount', { amount: 0 }, 'amount'],
    ['a huge amount', { amount: 100_000_000 }, 'amount'],
    ['an amount beyond all integers', { amount: 1e300 }, 'amount'],
    ['a fraction', { amount: 9.99 }, 'amount'],
    ['an amount as text', { amount: '999' }, 'amount'],
    ['a currency in small letters', { currency: 'usd' }, 'currency'],
    ['card data', { payment_method: '4242424242424242' }, 'payment_method'],
    ['an unknown field', { discount: 5 }, 'discount'],
    ['an unknown field of a line', { items: [{ sku: 'A', quantity: 1, price: 1 }] }, 'items.0.price'],
    ['items that are no list', { items: 'MUG-01' }, 'items'],
    ['a line without a SKU', { items: [{ quantity: 1 }] }, 'items.0.sku'],
    ['a SKU with a space', { items: [{ sku: 'MUG 01', quantity: 1 }] }, 'items.0.sku'],
    ['no pieces', { items: [{ sku: 'MUG-01', quantity: 0 }] }, 'items.0.quantity'],
    ['too many pieces', { items: [{ sku: 'MUG-01', quantity: 1_001 }] }, 'items.0.quantity'],
    [
      'a SKU that stands twice',
      {
        items: [
          { sku: 'A', quantity: 1 },
          { sku: 'B', quantity: 1 },
          { sku: 'A', quantity: 2 },
        ],
      },
      'items.2.sku',
    ],
    [
      'too many lines',
      { items: Array.from({ length: 51 }, (_, n) => ({ sku: `S${n}`, quantity: 1 })) },
      'items',
    ],
  ])('answers 422 naming the field: %s', async (_, fields, field) => {
    const { status, body, headers } = await placeOrder(api, 'u123', fields);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({
      type: 'urn:order-pipeline:problem:invalid-request',
      status: 422,
      errors: [{ in: 'body', field, detail: expect.any(String) }],
    });
  });

  test('names every bad field at once', async () => {
    const { body } = await placeOrder(api, 'u123', { amount: 0, currency: '$', extra: true });
    expect(body.detail).toBe('3 fields are not valid.');
    expect(body.errors).toContainEqual({ in: 'body', field: 'amount', detail: 'must be at least 1' });
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'amount',
      'currency',
      'extra',
    ]);
  });

  test('a body that is missing or no object', async () => {
    const headers = await logIn(api, 'u123');
    expect(await call(`${api.url}/orders`, { method: 'POST', headers })).toMatchObject({
      status: 422,
      body: {
        errors: [
          { in: 'body', field: 'user_id' },
          { in: 'body', field: 'amount' },
        ],
      },
    });
    expect(await call(`${api.url}/orders`, { json: [], headers })).toMatchObject({ status: 422 });
  });
});

describe('reading an order', () => {
  test('is PENDING before its claim, and can be read with the URL alone', async () => {
    const { body: placed } = await placeOrder(api, 'poll-1');
    const { status, body, headers } = await call(placed.poll_url);
    expect(status).toBe(200);
    expect(body).toEqual({ order_id: placed.order_id, status: 'PENDING' });
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('ratelimit-policy')).toBe('"poll";q=600;w=60');
  });

  test('shows what the record says, and nothing of the inside', async () => {
    const { body: placed } = await placeOrder(api, 'poll-2');
    await putRecord(
      stack,
      toRecord(placed.order_id, 'poll-2', { status: 'REJECTED', reason: 'OUT_OF_STOCK', fraud_score: 0.1 }),
    );
    const { body, headers } = await call(placed.poll_url);
    expect(body).toEqual({
      order_id: placed.order_id,
      user_id: 'poll-2',
      status: 'REJECTED',
      reason: 'OUT_OF_STOCK',
      amount: 999,
      currency: 'USD',
      items: [{ sku: 'MUG-01', quantity: 2 }],
      created_at: '2026-01-15T09:30:00.000Z',
      updated_at: '2026-01-15T09:30:01.000Z',
    });
    expect(headers.get('retry-after')).toBeNull();
  });

  test('an order that was cancelled before its claim has no facts', async () => {
    const { body: placed } = await placeOrder(api, 'poll-3');
    const updated_at = '2026-01-15T09:30:01.000Z';
    await putRecord(stack, {
      order_id: placed.order_id,
      status: 'CANCELLED',
      attempt: 0,
      lease_until: 0,
      updated_at,
    });
    const { body } = await call(placed.poll_url);
    expect(body).toEqual({ order_id: placed.order_id, status: 'CANCELLED', updated_at });
  });

  test('answers 410 to a URL that has expired', async () => {
    const id = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';
    const keys = parseKeyRing(LOCAL_URL_SIGNING_KEYS) as KeyRing;
    const { status, body } = await call(api.url + toSignedPath(id, signOrder(keys, id, 1_700_000_000)));
    expect(status).toBe(410);
    expect(body).toMatchObject({ type: 'urn:order-pipeline:problem:poll-url-expired', status: 410 });
  });

  test.each([
    ['another order', (url: URL) => (url.pathname = '/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19')],
    ['a later expiry', (url: URL) => url.searchParams.set('expires', '9999999999')],
    ['an unknown key', (url: URL) => url.searchParams.set('key_id', 'other')],
    ['another signature', (url: URL) => url.searchParams.set('signature', 'A'.repeat(43))],
    ['a longer signature', (url: URL) => url.searchParams.append('signature', 'A')],
    ['no signature', (url: URL) => url.searchParams.delete('signature')],
    ['no expiry', (url: URL) => url.searchParams.delete('expires')],
  ])('answers 403 to a URL with %s', async (_, tamper) => {
    const { body: placed } = await placeOrder(api, 'poll-4');
    const url = new URL(placed.poll_url);
    tamper(url);
    expect(await call(url.href)).toMatchObject({
      status: 403,
      body: { status: 403, detail: 'This URL was not signed here.', instance: url.pathname },
    });
  });
});

describe('own orders', () => {
  const ids = Array.from({ length: 5 }, (_, n) => `00000000-0000-7000-8000-00000000000${n}`);

  beforeAll(async () => {
    for (const [n, id] of ids.entries())
      await putRecord(stack, toRecord(id, 'lister', { created_at: `2026-01-15T09:30:0${n}.000Z` }));
  });

  test('come in pages, newest first', async () => {
    const headers = await logIn(api, 'lister');
    const first = await call(`${api.url}/orders?limit=2`, { headers });
    expect(first.body.orders.map((o: { order_id: string }) => o.order_id)).toEqual([ids[4], ids[3]]);
    const newcomer = '00000000-0000-7000-8000-000000000009';
    await putRecord(stack, toRecord(newcomer, 'lister', { created_at: '2026-01-15T09:31:00.000Z' }));
    const second = await call(`${api.url}/orders?limit=2&cursor=${first.body.next_cursor}`, { headers });
    expect(second.body.orders.map((o: { order_id: string }) => o.order_id)).toEqual([ids[2], ids[1]]);
    const third = await call(`${api.url}/orders?limit=2&cursor=${second.body.next_cursor}`, { headers });
    expect(third.body).toEqual({
      orders: [expect.objectContaining({ order_id: ids[0], user_id: 'lister' })],
    });
  });

  test('can be filtered by status, in pages too', async () => {
    for (let n = 0; n < 3; n += 1)
      await putRecord(
        stack,
        toRecord(`00000000-0000-7000-8000-00000000010${n}`, 'lister', {
          created_at: `2026-01-14T09:30:0${n}.000Z`,
          status: n === 1 ? 'REJECTED' : 'COMPLETED',
        }),
      );
    const headers = await logIn(api, 'lister');
    const first = await call(`${api.url}/orders?status=COMPLETED&limit=1`, { headers });
    expect(first.body.orders).toMatchObject([{ order_id: '00000000-0000-7000-8000-000000000102' }]);
    const rest = await call(`${api.url}/orders?status=COMPLETED&cursor=${first.body.next_cursor}`, {
      headers,
    });
    expect(rest.body).toEqual({
      orders: [expect.objectContaining({ order_id: '00000000-0000-7000-8000-000000000100' })],
    });
    const none = await call(`${api.url}/orders?status=CANCELLED`, { headers });
    expect(none.body).toEqual({ orders: [] });
    const unknown = await call(`${api.url}/orders?status=FOO`, { headers });
    expect(unknown.status).toBe(422);
    const [error] = unknown.body.errors;
    expect(error).toMatchObject({ in: 'query', field: 'status' });
    expect(error.detail).toBe('must be one of PROCESSING, COMPLETED, REJECTED, FAILED, CANCELLED');
  });

  test('are not visible to other users', async () => {
    const mine = await call(`${api.url}/orders?limit=1`, { headers: await logIn(api, 'lister') });
    const { body } = await call(`${api.url}/orders?cursor=${mine.body.next_cursor}`, {
      headers: await logIn(api, 'somebody-else'),
    });
    expect(body).toEqual({ orders: [] });
  });

  test.each([
    ['cursor=x', 'cursor'],
    [`cursor=${Buffer.from('2026-01-15 x').toString('base64url')}`, 'cursor'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['status=PENDING', 'status'],
    ['status=nonsense', 'status'],
  ])('answers 422 to %s', async (query, field) => {
    const answer = await call(`${api.url}/orders?${query}`, { headers: await logIn(api, 'lister') });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ in: 'query', field }] } });
  });
});
