import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { answerClientError } from '../src/http/client-error.js';
import { call, logIn, placeOrder } from './harness.js';
import { api } from './running-api.js';

/** Posts raw text as an order. */
async function post(text: string, headers: Record<string, string> = {}) {
  return call(`${api.url}/orders`, {
    method: 'POST',
    body: text,
    headers: { 'Content-Type': 'application/json', ...(await logIn(api, 'u1')), ...headers },
  });
}

describe('problems', () => {
  test.each([
    ['{', 400, 'about:blank', 'Bad Request'],
    ['"text"', 400, 'about:blank', 'Bad Request'],
    ['null', 400, 'about:blank', 'Bad Request'],
    [
      JSON.stringify({ user_id: 'u1', amount: 1, pad: 'x'.repeat(70_000) }),
      413,
      'about:blank',
      'Content Too Large',
    ],
  ])('a body %.20s', async (text, status, type, title) => {
    const { body, headers, ...answer } = await post(text);
    expect(answer.status).toBe(status);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type,
      title,
      status,
      detail: expect.any(String),
      instance: '/orders',
      request_id: headers.get('x-request-id'),
    });
  });

  test.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/jsonp', {}],
    ['application/json; charset=utf-16', {}],
    ['application/json', { 'Content-Encoding': 'gzip' }],
  ])('415 for %s', async (type, headers) => {
    const answer = await post('{"user_id":"u1","amount":1}', { 'Content-Type': type, ...headers });
    expect(answer).toMatchObject({ status: 415, body: { status: 415, title: 'Unsupported Media Type' } });
  });

  test('JSON with a charset and odd capitals is JSON', async () => {
    const answer = await post('{"user_id":"u1","amount":1}', {
      'Content-Type': 'Application/JSON; charset=UTF-8',
    });
    expect(answer.status).toBe(202);
  });

  test.each([
    '/nothing',
    '/orders/a/b/c',
    '/login/x',
    '/docs/assets/package.json',
    '/docs/assets/..%2fpages.js',
  ])('404 for %s', async (path) => {
    expect(await call(api.url + path)).toMatchObject({
      status: 404,
      body: { type: 'about:blank', title: 'Not Found', status: 404, instance: path },
    });
  });

  test.each([
    ['DELETE', '/orders', 'POST, GET, HEAD, OPTIONS'],
    ['GET', '/login', 'POST, OPTIONS'],
    ['PUT', '/orders/0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19', 'GET, HEAD, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/docs', 'GET, HEAD, OPTIONS'],
  ])('405 for %s %s', async (method, path, allow) => {
    const { status, headers, body } = await call(api.url + path, { method });
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow });
    expect(body.title).toBe('Method Not Allowed');
  });

  test('OPTIONS tells the methods', async () => {
    const { status, headers } = await call(`${api.url}/orders`, { method: 'OPTIONS' });
    expect([status, headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS']);
  });

  test('a path that is no UTF-8', async () => {
    expect(await call(`${api.url}/orders/%E0`)).toMatchObject({
      status: 400,
      body: { instance: '/orders/%E0' },
    });
  });
});

describe('request ids', () => {
  test.each(['a', 'trace-1_2.3', 'x'.repeat(128)])('keeps %.20s', async (id) => {
    const { headers } = await call(`${api.url}/health`, { headers: { 'X-Request-ID': id } });
    expect(headers.get('x-request-id')).toBe(id);
  });

  test.each(['', 'two words', 'x'.repeat(129), '{"a":1}', '<script>'])('replaces "%.20s"', async (id) => {
    const { headers } = await call(`${api.url}/health`, { headers: { 'X-Request-ID': id } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('answers', () => {
  test('carry what keeps browsers from misusing them', async () => {
    const { headers } = await call(`${api.url}/health`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers.has('x-powered-by')).toBe(false);
  });

  test('HEAD is GET without a body', async () => {
    const { status, body } = await call(`${api.url}/health`, { method: 'HEAD' });
    expect([status, body]).toEqual([200, '']);
  });
});

describe('operations', () => {
  test('health, readiness and metrics', async () => {
    await placeOrder(api, 'counted');
    expect(await call(`${api.url}/health`)).toMatchObject({ status: 200, body: { status: 'healthy' } });
    expect(await call(`${api.url}/ready`)).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { queue: 'ok', orders: 'ok', redis: 'ok' } },
    });
    const { body, headers } = await call(`${api.url}/metrics`);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toMatch(/^orders_accepted_total\{env="local"\} [1-9]/m);
    expect(body).toMatch(
      /^http_request_duration_seconds_count\{method="POST",route="\/orders",status="202",waiting="false"\} [1-9]/m,
    );
    expect(body).toContain(
      'http_request_duration_seconds_count{method="POST",route="/orders",status="503",waiting="false"} 0',
    );
    expect(body).toMatch(/^order_batch_size_count [1-9]/m);
  });
});

describe('logs', () => {
  test('one line a request, without tokens, signatures and payment methods', async () => {
    const secret = 'tok_secretpaymentmethod';
    const { body, headers } = await placeOrder(
      api,
      'logged',
      { payment_method: secret },
      { 'X-Request-ID': 'log-1' },
    );
    await call(body.poll_url, { headers: { 'X-Request-ID': 'log-2' } });
    const logs = api.logs();
    const lines = logs.split('\n').filter((line) => /"log-[12]"/.test(line));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        request_id: 'log-1',
        method: 'POST',
        route: '/orders',
        status: 202,
        user_id: 'logged',
        msg: 'request served',
      }),
      expect.objectContaining({
        request_id: 'log-2',
        method: 'GET',
        route: '/orders/:order_id',
        status: 200,
      }),
    ]);
    expect(headers.get('x-request-id')).toBe('log-1');
    expect(logs).not.toContain(secret);
    expect(logs).not.toContain(new URL(body.poll_url).searchParams.get('signature'));
    expect(logs).not.toContain('Bearer');
  });
});

describe('connections', () => {
  test('a client that goes away is logged as gone', async () => {
    const headers = await logIn(api, 'gone');
    const { port } = new URL(api.url);
    await new Promise<void>((resolve) => {
      const request = httpRequest({
        port,
        path: '/orders',
        method: 'POST',
        headers: {
          ...headers,
          'X-Request-ID': 'gone-1',
          'Content-Type': 'application/json',
          'Content-Length': 100,
          // The server says so once it has the request.
          Expect: '100-continue',
        },
      });
      request.once('error', () => resolve());
      request.once('continue', () => request.destroy());
      request.flushHeaders();
      request.once('close', () => resolve());
    });
    const until = Date.now() + 10_000;
    while (!api.logs().includes('gone-1') && Date.now() < until) await call(`${api.url}/health`);
    expect(api.logs()).toMatch(/"gone-1".*"aborted":true/);
  });

  /** Sends raw bytes and returns everything that is received until the server closes. */
  const sendRaw = (bytes: string) =>
    new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(new URL(api.url).port), 'localhost', () => socket.write(bytes));
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(received));
    });

  test.each([
    ['nonsense\r\n\r\n', 400, 'Bad Request'],
    [
      `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
  ])('what is no HTTP request is answered with a problem: %.20s', async (bytes, status, title) => {
    const [head = '', body = ''] = (await sendRaw(bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n`));
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', title, status });
  });

  test('a client that vanished is not answered', () => {
    const socket = new PassThrough();
    answerClientError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), socket);
    expect(socket.destroyed).toBe(true);
  });
});
