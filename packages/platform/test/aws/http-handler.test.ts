import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PooledHttpHandler, type PooledHttpOptions } from '../../src/aws/http-handler.js';
import { closeServer, listen } from '../../src/listen.js';
import { freePort } from '../rpc/support.js';

let server: Server;
let port: number;
let requests: string[];
let answer: (path: string) => Record<string, string | string[]> | undefined;
const handlers: PooledHttpHandler[] = [];

beforeEach(async () => {
  requests = [];
  answer = () => ({});
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const headers = answer(request.url ?? '');
    if (headers) response.writeHead(200, headers).end(`answer to ${request.method} ${request.url}`);
  });
  port = await listen(server, 0, 'PORT');
});
afterEach(async () => {
  for (const handler of handlers.splice(0)) handler.destroy();
  server.closeAllConnections();
  await closeServer(server);
});

function create(options: Partial<PooledHttpOptions> = {}): PooledHttpHandler {
  const handler = new PooledHttpHandler({
    connectionTimeoutMs: 1_000,
    requestTimeoutMs: 0,
    maxSockets: 4,
    ...options,
  });
  handlers.push(handler);
  return handler;
}

const toRequest = (path: string, query?: Record<string, string>) => ({
  protocol: 'http:',
  hostname: '127.0.0.1',
  port,
  method: 'POST',
  path,
  query,
  headers: { host: `127.0.0.1:${port}`, 'content-length': '2' },
  body: '{}',
});

async function untilRequested(path: string): Promise<void> {
  while (!requests.includes(path)) await new Promise((done) => setImmediate(done));
}

test('returns status, header fields and the whole body', async () => {
  answer = () => ({ 'x-one': 'a', 'x-many': ['b', 'c'] });
  const { response } = await create().handle(toRequest('/path', { a: 'b c' }));
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({ 'x-one': 'a', 'x-many': 'b,c' });
  expect(String(response.body)).toBe('answer to POST /path?a=b%20c');
});

test('reports the date of each response', async () => {
  answer = () => ({ date: 'Thu, 01 Jan 2026 00:00:00 GMT' });
  const seen: unknown[] = [];
  const dates = { clock: () => 7, onResponse: (date: unknown) => seen.push(date) };
  await create({ dates }).handle(toRequest('/'));
  expect(seen).toEqual([{ sentAtMs: 7, receivedAtMs: 7, dateMs: Date.parse('2026-01-01') }]);
});

test('a refused connection keeps the code by which nothing was sent', async () => {
  const refused = { ...toRequest('/'), port: await freePort() };
  await expect(create().handle(refused)).rejects.toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' });
});

test('no response in time is a TimeoutError', async () => {
  answer = () => undefined;
  await expect(create({ requestTimeoutMs: 60_000 }).handle(toRequest('/'), { requestTimeout: 30 }))
    .rejects //
    .toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
});

test('an open request of a destroyed handler ends like a broken connection', async () => {
  answer = () => undefined;
  const handler = create();
  const open = handler.handle(toRequest('/open'));
  await untilRequested('/open');
  handler.destroy();
  await expect(open).rejects.toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
});

describe('an abort', () => {
  test('ahead of the call sends nothing', async () => {
    const abortSignal = AbortSignal.abort('too late');
    await expect(create().handle(toRequest('/'), { abortSignal })).rejects.toThrow('too late');
    expect(requests).toEqual([]);
  });

  test('while the request waits for a connection sends nothing', async () => {
    answer = (path) => (path === '/first' ? undefined : {});
    const handler = create({ maxSockets: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const one = handler.handle(toRequest('/first'), { abortSignal: first.signal });
    await untilRequested('/first');
    const two = handler.handle(toRequest('/second'), { abortSignal: second.signal });
    const three = handler.handle(toRequest('/third'));
    second.abort('changed my mind');
    await expect(two).rejects.toMatchObject({ name: 'AbortError', message: 'changed my mind' });
    first.abort(new Error('enough'));
    await expect(one).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
    await three;
    expect(requests).toEqual(['/first', '/third']);
  });
});
