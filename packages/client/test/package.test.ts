/** The published package: installed from its tarball into an empty project, in Node.js and in a browser. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
const packageFolder = resolve('packages/client');
const MAX_COMPRESSED_BYTES = 6 * 1024;

let project: string;
let bundle: string;
let server: Server;
let baseUrl: string;

const PLACE = `
  const client = new OrderClient({ baseUrl: BASE_URL, token: 'token' });
  const accepted = await client.placeOrder({ user_id: 'u1', amount: 999 });
  const order = await client.waitForOrder(accepted);
`;

const WORKER = `
  import { OrderClient } from '/client.js';
  const BASE_URL = location.origin;
  ${PLACE}
  postMessage(order.status);
`;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'order-client-'));
  await writeFile(join(project, 'package.json'), '{"private":true,"type":"module"}');
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: packageFolder });
  const tarball = (await readdir(project)).find((name) => name.endsWith('.tgz')) ?? 'missing';
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
  bundle = await bundleClient();
  server = createServer((request, response) => {
    const answers: Record<string, [number, string, string]> = {
      'GET /': [200, 'text/html', '<!doctype html><title>Shop</title>'],
      'GET /client.js': [200, 'text/javascript', bundle],
      'GET /worker.js': [200, 'text/javascript', WORKER],
      'POST /orders': [
        202,
        'application/json',
        `{"order_id":"o1","poll_url":"${baseUrl}/orders/o1?signature=s"}`,
      ],
      'GET /orders/o1?signature=s': [200, 'application/json', '{"order_id":"o1","status":"COMPLETED"}'],
    };
    const [status, type, body] = answers[`${request.method} ${request.url}`] ?? [404, 'text/plain', ''];
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await rm(project, { recursive: true });
});

async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: "export * from '@order-pipeline/client'", resolveDir: project },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

test('works in an empty Node.js project', async () => {
  const program = `import { OrderClient } from '@order-pipeline/client';
    const BASE_URL = '${baseUrl}';
    ${PLACE}
    console.log(order.status);`;
  await writeFile(join(project, 'shop.js'), program);
  const { stdout } = await run(process.execPath, ['shop.js'], { cwd: project });
  expect(stdout.trim()).toBe('COMPLETED');
});

test('has types, documents and no dependency', async () => {
  const installed = join(project, 'node_modules/@order-pipeline/client');
  expect((await readdir(installed)).toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'package.json',
  ]);
  expect(await readdir(join(installed, 'dist'))).toContain('index.d.ts');
  expect(await readdir(join(project, 'node_modules'))).not.toContain('.bin');
});

test('works in a browser, and in its workers', async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(baseUrl);
    const status = await page.evaluate(`(async () => {
      const { OrderClient } = await import('/client.js');
      const BASE_URL = location.origin;
      ${PLACE}
      return order.status;
    })()`);
    expect(status).toBe('COMPLETED');
    const inWorker = await page.evaluate(`new Promise((resolve, reject) => {
      const worker = new Worker('/worker.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    })`);
    expect(inWorker).toBe('COMPLETED');
  } finally {
    await browser.close();
  }
});

test('is at most 6 KB compressed', () => {
  expect(gzipSync(bundle, { level: 9 }).length).toBeLessThanOrEqual(MAX_COMPRESSED_BYTES);
});
