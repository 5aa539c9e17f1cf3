/** The console's files, served from a folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAssets } from '../src/assets.js';

const SCRIPT = `export const text = '${'console '.repeat(400)}';\n`;
const PAGE = '<!doctype html><title>Console</title>';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the path as it is: clients like fetch would normalize it. */
function ask(server: Server, path: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
    })
      .on('error', reject)
      .end();
  });
}

function listen(handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const root = mkdtempSync(join(tmpdir(), 'assets-'));
const folder = join(root, 'dist');
let built: Server;
let unbuilt: Server;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'secret');
  const files: Readonly<Record<string, string>> = {
    'index.html': PAGE,
    'assets/main-Ab3dEf9h.js': SCRIPT,
    'assets/logo.svg': '<svg/>',
    'assets/blob-Ab3dEf9h.bin': 'x'.repeat(2_000),
    'app-12345678.css': 'p{}',
    'manifest.webmanifest': '{}',
    'with space.txt': 'spaced',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  built = await listen(createAssets(folder, ['https://login.example']));
  unbuilt = await listen(createAssets(join(root, 'missing')));
});

afterAll(async () => {
  for (const server of [built, unbuilt]) await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true });
});

describe('files', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', 'no-cache', PAGE],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache', PAGE],
    ['/orders/o-1?tab=trace', 'text/html; charset=utf-8', 'no-cache', PAGE],
    ['/assets/logo.svg?v=1', 'image/svg+xml', 'no-cache', '<svg/>'],
    ['/app-12345678.css', 'text/css; charset=utf-8', 'no-cache', 'p{}'],
    ['/manifest.webmanifest', 'application/manifest+json', 'no-cache', '{}'],
    ['/with%20space.txt', 'text/plain; charset=utf-8', 'no-cache', 'spaced'],
    [
      '/assets/main-Ab3dEf9h.js',
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      SCRIPT,
    ],
    [
      '/assets/blob-Ab3dEf9h.bin',
      'application/octet-stream',
      'public, max-age=31536000, immutable',
      'x'.repeat(2_000),
    ],
  ])('%s is %s, cached as %s', async (path, type, cache, body) => {
    const answer = await ask(built, path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'content-length': String(body.length),
      'x-content-type-options': 'nosniff',
    });
    expect(answer.body.toString()).toBe(body);
  });

  test('the policy names the origins that the page may call', async () => {
    const { headers } = await ask(built, '/');
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://login.example;");
    expect((await ask(built, '/none.js')).headers['content-security-policy']).toContain(
      "connect-src 'self';",
    );
  });

  test.each([
    '/none.js',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%E0%A4%A.js',
  ])('%s is not found', async (path) => {
    const { status, body } = await ask(built, path);
    expect([status, body.toString()]).toEqual([404, 'Not found\n']);
  });

  test('without a build the answer tells how to make one', async () => {
    for (const path of ['/', '/orders', '/main.js']) {
      const { status, body } = await ask(unbuilt, path);
      expect([status, body.toString()]).toEqual([404, expect.stringContaining('npm run build')]);
    }
  });
});

describe('compression', () => {
  const plain = (body: Buffer) => body;
  test.each([
    ['br', 'gzip, deflate, br', '/assets/main-Ab3dEf9h.js', brotliDecompressSync],
    ['gzip', 'gzip', '/assets/main-Ab3dEf9h.js', gunzipSync],
    [undefined, 'deflate', '/assets/main-Ab3dEf9h.js', plain],
    [undefined, 'gzip, br', '/assets/blob-Ab3dEf9h.bin', plain],
    [undefined, 'gzip, br', '/index.html', plain],
  ])('%s for %s of %s', async (encoding, accepted, path, decode) => {
    const { headers, body } = await ask(built, path, { headers: { 'accept-encoding': accepted } });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toBe('accept-encoding');
    expect(headers['content-length']).toBe(String(body.length));
    expect(decode(body)).toEqual((await ask(built, path)).body);
  });
});

describe('conditions and methods', () => {
  test('a known version is not sent again', async () => {
    const { headers } = await ask(built, '/');
    const again = await ask(built, '/', { headers: { 'if-none-match': String(headers.etag) } });
    expect([again.status, again.headers.etag, again.body.length]).toEqual([304, headers.etag, 0]);
    expect((await ask(built, '/', { headers: { 'if-none-match': '"old"' } })).status).toBe(200);
  });

  test('HEAD gets the headers alone', async () => {
    const { status, headers, body } = await ask(built, '/', { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, String(PAGE.length), 0]);
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s is refused', async (method) => {
    const { status, body, headers } = await ask(built, '/', { method });
    expect([status, body.toString()]).toEqual([405, 'Method not allowed\n']);
    expect(headers['cache-control']).toBe('no-store');
  });
});
