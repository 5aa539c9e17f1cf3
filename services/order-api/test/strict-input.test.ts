import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { LOCAL_JWT_SECRET } from '../src/config/auth.js';
import { isPlainJson } from '../src/http/plain-json.js';
import { findRepeated } from '../src/http/single-headers.js';
import { findJsonFlaws, isExact } from '../src/http/strict-json.js';
import { looksLikeCardNumber } from '../src/orders/decide/card-number.js';
import { toFingerprint } from '../src/orders/fingerprint.js';
import { call, logIn, placeOrder, receiveOrders } from './harness.js';
import { api, stack } from './running-api.js';

describe('numbers', () => {
  test.each([
    '0',
    '-0',
    '1',
    '999',
    '1.0',
    '1.10',
    '1e2',
    '1E+2',
    '0.1',
    '100e-2',
    '9007199254740991',
    '1e21',
    '5e-324',
  ])('%s is exact', (source) => expect(isExact(source)).toBe(true));

  test.each([
    '0.99999999999999999999',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1234567890123456789',
  ])('%s is not', (source) => expect(isExact(source)).toBe(false));

  test('every number that JavaScript writes is exact', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        isExact(JSON.stringify(value)),
      ),
    );
  });

  test('every integer beyond 2^53 is exact only if a double is equal to it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), (value) => {
        const same = BigInt(Number(value)) === value;
        // A double can equal an integer and still print as another one with the same double.
        return same || !isExact(String(value));
      }),
    );
  });
});

describe('the cheap pass over a body', () => {
  const isPlain = (text: string) => isPlainJson(text, JSON.parse(text));

  test.each([
    '{}',
    '[]',
    '{"user_id":"u123","amount":999}',
    `${'['.repeat(2_048)}${']'.repeat(2_048)}`,
    '{ "a" : [ { "b:c" : "x:\\"y\\\\" } , true , false , null ] , "é" : 123456789012345 }',
    '{"__proto__":1,"constructor":{"a":2}}',
  ])('%s is plain', (text) => expect(isPlain(text)).toBe(true));

  test.each([
    '{"a":1,"a":1}',
    '{"a":{"b":1,"\\u0062":2}}',
    '{"a":9007199254740993}',
    '{"a":1e400}',
    '{"a": 0.1}',
    '{"a":-0}',
    `${'['.repeat(9)} ${']'.repeat(9)}`,
    `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  ])('%.60s is left to the search', (text) => expect(isPlain(text)).toBe(false));

  test('what is plain has no flaws', () => {
    const scalar = fc.oneof(
      fc.double().map((value) => (Number.isFinite(value) ? JSON.stringify(value) : '0')),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
      fc.integer().map(String),
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
      fc.constantFrom('true', 'false', 'null', '1e2', '1E400', '"\\""'),
    );
    const key = fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"', '"a:b"');
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie('value'), { maxLength: 3 }).map((each) => `[${each.join(', ')}]`),
        fc
          .array(fc.tuple(key, tie('value')), { maxLength: 3 })
          .map((each) => `{${each.map(([name, own]) => `${name} :${own}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(value, (text) => {
        const parsed = JSON.parse(text);
        if (typeof parsed !== 'object' || parsed === null || !isPlainJson(text, parsed)) return;
        expect(findJsonFlaws(text, 20)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('flaws of a body', () => {
  test.each<[string, { path: string; detail: string }[]]>([
    ['{"a":1,"b":[1,2,{"a":1}],"c":{"a":"\\"a\\":1"}}', []],
    ['{"a":1,"a":1}', [{ path: 'a', detail: 'is given twice' }]],
    ['{"a":1,"\\u0061":2}', [{ path: 'a', detail: 'is given twice' }]],
    ['{"items":[{"q":1},{"q":1,"x":{},"q":2}]}', [{ path: 'items.1.q', detail: 'is given twice' }]],
    [
      '{"a":[1,[2,9007199254740993]]}',
      [{ path: 'a.1.1', detail: 'is a number that cannot be represented exactly' }],
    ],
    ['{"a":"9007199254740993"}', []],
  ])('%s', (body, flaws) => {
    expect(findJsonFlaws(body, 20)).toEqual(flaws);
  });

  test('are as many as asked for', () => {
    expect(findJsonFlaws(`[${Array(5_000).fill('1e400').join(',')}]`, 20)).toHaveLength(20);
  });

  test('are none in what JSON.stringify writes, however deep', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => findJsonFlaws(JSON.stringify(value), 1).length === 0));
    expect(findJsonFlaws('['.repeat(20_000) + ']'.repeat(20_000), 1)).toEqual([]);
  });
});

describe('card numbers', () => {
  test.each([
    '4242424242424242',
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    'tok_4242424242424242',
    'tok_4242_4242_4242_4242',
    '378282246310005',
    '6304000000000000',
  ])('%s looks like one', (text) => expect(looksLikeCardNumber(text)).toBe(true));

  test.each([
    'tok_visa',
    'tok_4242424242424241',
    'pm_1NqZQ2LkdIwHu7ixABC',
    'tok_42',
    `tok_${'4'.repeat(20)}`,
  ])('%s does not', (text) => expect(looksLikeCardNumber(text)).toBe(false));
});

test('the fingerprint does not depend on the order of keys inside a line', () => {
  const order = { order_id: 'o', user_id: 'u', amount: 1, currency: 'USD', payment_method: 'tok_visa' };
  const one = toFingerprint({ ...order, items: [{ sku: 'A', quantity: 2 }] });
  expect(toFingerprint({ ...order, items: [{ quantity: 2, sku: 'A' }] })).toBe(one);
  expect(toFingerprint({ ...order, items: [{ quantity: 3, sku: 'A' }] })).not.toBe(one);
});

test('repeated header fields', () => {
  expect(findRepeated(['Host', 'a', 'Accept', 'b', 'Accept', 'c'])).toBeUndefined();
  expect(findRepeated(['Host', 'a', 'hOST', 'a'])).toBe('host');
  expect(findRepeated(['Authorization', 'a', 'authorization', 'b'])).toBe('authorization');
});

describe('the API', () => {
  const post = async (user: string, body: string | Uint8Array<ArrayBuffer>) =>
    call(`${api.url}/orders`, {
      method: 'POST',
      body,
      headers: { ...(await logIn(api, user)), 'Content-Type': 'application/json' },
    });

  test.each([
    ['0.99999999999999999999', '{"user_id":"u","amount":0.99999999999999999999}', 'amount'],
    ['9007199254740993', '{"user_id":"u","amount":9007199254740993}', 'amount'],
    ['an amount given twice', '{"user_id":"u","amount":1,"amount":2500}', 'amount'],
    [
      'a quantity given twice',
      '{"user_id":"u","amount":1,"items":[{"sku":"A","quantity":1,"quantity":2}]}',
      'items.0.quantity',
    ],
  ])('rejects %s', async (_, body, field) => {
    expect(await post('u', body)).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
  });

  test('rejects text that is not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"user_id":"u","amount":1,"x":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expect((await post('u', new Uint8Array(body))).status).toBe(415);
  });

  test('survives bodies that are nothing but brackets', async () => {
    for (const body of ['['.repeat(60_000), `${'['.repeat(30_000)}${']'.repeat(30_000)}`])
      expect([400, 422]).toContain((await post('u', body)).status);
  });

  test('refuses card numbers without logging them', async () => {
    for (const number of ['tok_4242424242424242', '4242424242424242', '4242 4242 4242 4242']) {
      const answer = await placeOrder(api, 'card', { payment_method: number });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'payment_method' }] } });
      expect(JSON.stringify(answer.body)).not.toContain('4242');
    }
    expect(api.logs()).not.toContain('4242');
    await placeOrder(api, 'card');
    expect(await receiveOrders(stack, 'card', 1)).toHaveLength(1);
  });

  test('lists at most 20 errors', async () => {
    const items = Array.from({ length: 2_500 }, () => ({ sku: '', quantity: 0 }));
    const { status, body } = await placeOrder(api, 'many', { items });
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(20);
    const twice = await placeOrder(api, 'many', { items: Array(50).fill({ sku: 'A', quantity: 1 }) });
    expect(twice.body.errors).toHaveLength(20);
  });

  test('takes a retry whose lines list their keys in another order', async () => {
    const headers = { 'Idempotency-Key': 'k' };
    const first = await placeOrder(api, 'keys', { items: [{ sku: 'MUG-01', quantity: 1 }] }, headers);
    const again = await placeOrder(api, 'keys', { items: [{ quantity: 1, sku: 'MUG-01' }] }, headers);
    expect([first.status, again.status]).toEqual([202, 202]);
  });

  test('rejects tokens that require an extension', async () => {
    const claims = { sub: 'u', iss: 'order-api', aud: 'order-api' };
    const sign = (header: object) =>
      jwt.sign(claims, LOCAL_JWT_SECRET, {
        expiresIn: 60,
        header: { alg: 'HS256', kid: 'default', ...header } as never,
      });
    const list = (token: string) =>
      call(`${api.url}/orders`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await list(sign({}))).status).toBe(200);
    for (const crit of [['exp'], ['x'], [], 'x']) expect((await list(sign({ crit, x: 1 }))).status).toBe(401);
  });

  test('rejects a token with anything after it', async () => {
    const { Authorization } = await logIn(api, 'u');
    for (const field of [
      `${Authorization} garbage`,
      `${Authorization},x`,
      `x ${Authorization}`,
      'Bearer',
      'Basic dTp4',
    ])
      expect((await call(`${api.url}/orders`, { headers: { Authorization: field } })).status).toBe(401);
    expect(
      (
        await call(`${api.url}/orders`, {
          headers: { Authorization: Authorization.replace('Bearer ', 'bearer  ') },
        })
      ).status,
    ).toBe(200);
  });

  test('rejects two Host fields', async () => {
    const answer = async (fields: string) => {
      const socket = connect(Number(new URL(api.url).port), 'localhost');
      socket.write(`GET /health HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`);
      return (await text(socket)).split('\r\n', 1)[0];
    };
    expect(await answer('Host: a\r\n')).toBe('HTTP/1.1 200 OK');
    expect(await answer('Host: a\r\nHost: a\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await answer('')).toBe('HTTP/1.1 400 Bad Request');
  });
});
