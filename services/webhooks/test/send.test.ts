/** The sender against real servers on the loopback interface. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { isAccepted, Sender, type SenderOptions } from '../src/deliver/send.js';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`;
}

function createSender(options: Partial<SenderOptions> = {}): Sender {
  const sender = new Sender({
    allowPrivate: true,
    timeoutMs: 2_000,
    maxResponseBytes: 1_000,
    maxSocketsPerHost: 2,
    ...options,
  });
  opened.push(sender);
  return sender;
}

test('posts the body with its headers', async () => {
  const seen: unknown[] = [];
  const url = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push([request.method, request.url, request.headers['webhook-id'], body]);
    response.writeHead(204).end();
  });
  const result = await createSender().post(url, { 'webhook-id': 'e-1' }, '{"ä":1}');
  expect(result).toEqual({ status: 204 });
  expect(isAccepted(result)).toBe(true);
  expect(seen).toEqual([['POST', '/hook?x=1', 'e-1', '{"ä":1}']]);
});

test('does not follow redirects', async () => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests++;
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  const result = await createSender().post(url, {}, '{}');
  expect([result.status, isAccepted(result), requests]).toEqual([302, false, 1]);
});

test.each([
  ['120', 120_000],
  ['soon', undefined],
])('Retry-After %s', async (value, expected) => {
  const url = await serve((_, response) => response.writeHead(503, { 'retry-after': value }).end());
  expect((await createSender().post(url, {}, '{}')).retryAfterMs).toBe(expected);
});

test('a response that does not come in time is an error', async () => {
  const url = await serve(() => undefined);
  await expect(createSender({ timeoutMs: 100 }).post(url, {}, '{}')).rejects.toThrow(/within 100 ms/);
});

test('a response that does not end in time is an error', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200);
    response.write('x');
  });
  await expect(createSender({ timeoutMs: 100 }).post(url, {}, '{}')).rejects.toThrow(/within 100 ms/);
});

test('a large answer is cut off', async () => {
  const url = await serve((_, response) => response.end('x'.repeat(1_001)));
  await expect(createSender().post(url, {}, '{}')).rejects.toThrow(/larger than 1000 bytes/);
});

test('a name that resolves to a private address is refused before a connection is made', async () => {
  let connections = 0;
  const url = new URL(await serve((_, response) => response.end()));
  const lookup: LookupFunction = (_, __, callback) => {
    connections++;
    callback(null, [
      { address: '93.184.215.14', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]);
  };
  const sender = createSender({ allowPrivate: false, lookup });
  const failure = sender.post(`https://shop.example:${url.port}/`, {}, '{}');
  await expect(failure).rejects.toMatchObject({ name: 'ForbiddenAddressError' });
  expect(connections).toBe(1);
});

test('a private address in the URL is refused', async () => {
  const failure = createSender({ allowPrivate: false }).post('https://127.0.0.1:1/', {}, '{}');
  await expect(failure).rejects.toMatchObject({ name: 'ForbiddenAddressError' });
});

test('a refused connection is an error', async () => {
  await expect(createSender().post('http://127.0.0.1:1/', {}, '{}')).rejects.toThrow(/ECONNREFUSED/);
});

test.each<[string, Parameters<Parameters<LookupFunction>[2]>]>([
  ['one address', [null, '127.0.0.1', 4]],
  ['a list of addresses', [null, [{ address: '127.0.0.1', family: 4 }]]],
])('a name resolves to %s', async (_, found) => {
  const { port } = new URL(await serve((__, response) => response.writeHead(204).end()));
  const names: string[] = [];
  const lookup: LookupFunction = (hostname, __, callback) => {
    names.push(hostname);
    callback(...found);
  };
  const result = await createSender({ lookup }).post(`http://shop.example:${port}/`, {}, '{}');
  expect([result.status, names]).toEqual([204, ['shop.example']]);
});

test.each<[string, Parameters<Parameters<LookupFunction>[2]>, RegExp]>([
  ['an error', [Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), ''], /no such name/],
  ['no address', [null, []], /address/i],
])('a name that resolves to %s is an error', async (_, found, message) => {
  const sender = createSender({ lookup: (__, ___, callback) => callback(...found) });
  await expect(sender.post('http://shop.example:1/', {}, '{}')).rejects.toThrow(message);
});

test('the system resolves names by default', async () => {
  const { port } = new URL(await serve((_, response) => response.writeHead(204).end()));
  expect((await createSender().post(`http://localhost:${port}/`, {}, '{}')).status).toBe(204);
});

test('a connection that breaks in the response is an error of its own', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('x', () => response.destroy());
  });
  await expect(createSender().post(url, {}, '{}')).rejects.toThrow(/aborted|ECONNRESET/);
});
