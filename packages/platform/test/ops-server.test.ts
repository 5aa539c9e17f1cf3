import { afterEach, expect, test } from '@jest/globals';
import { Counter } from 'prom-client';
import { closeServer, listen } from '../src/listen.js';
import { createRegistry } from '../src/metrics.js';
import { createOpsServer, type OpsOptions } from '../src/ops-server.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** Serves the pages on a free port and answers what a GET of a path gives. */
async function serve(options: Partial<OpsOptions> = {}) {
  const server = createOpsServer({ registry: createRegistry(), checks: {}, ...options });
  const port = await listen(server, 0, 'PORT');
  stops.push(() => closeServer(server));
  return (path: string, init?: RequestInit) => fetch(`http://localhost:${port}${path}`, init);
}

test('/health returns healthy in any state of the dependencies', async () => {
  const get = await serve({ checks: { sqs: () => Promise.reject(new Error('down')) } });
  const response = await get('/health');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe('{"status":"healthy"}\n');
});

test('/ready says ready when every dependency answers', async () => {
  const get = await serve({ checks: { sqs: async () => undefined, dynamodb: async () => undefined } });
  const response = await get('/ready?verbose');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', checks: { sqs: 'ok', dynamodb: 'ok' } });
});

test('/ready answers 503 with the reason of each dependency that fails or keeps still', async () => {
  const get = await serve({
    checks: {
      sqs: async () => undefined,
      dynamodb: () => Promise.reject(new Error('connection refused')),
      redis: () => Promise.reject('gone'),
      scoring: () => new Promise<void>(() => undefined),
      payment: () => {
        throw new Error('no address');
      },
    },
    checkTimeoutMs: 20,
  });
  const response = await get('/ready');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    status: 'not ready',
    checks: {
      sqs: 'ok',
      dynamodb: 'connection refused',
      redis: 'gone',
      scoring: 'no answer within 20 ms',
      payment: 'no address',
    },
  });
});

test("/metrics shows the registry's counters and the process's own", async () => {
  const registry = createRegistry();
  new Counter({ name: 'orders_total', help: 'Orders', labelNames: ['status'], registers: [registry] }).inc({
    status: 'success',
  });
  const get = await serve({ registry });
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('orders_total{status="success"} 1');
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
});

test('/metrics answers 500 with the reason when a metric cannot be collected', async () => {
  const registry = createRegistry();
  new Counter({
    name: 'broken_total',
    help: 'Fails',
    registers: [registry],
    collect: () => {
      throw new Error('cannot count');
    },
  });
  const get = await serve({ registry });
  const response = await get('/metrics');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ error: 'cannot count' });
});

test.each([
  ['GET', '/'],
  ['GET', '/healthy'],
  ['GET', '/__proto__'],
  ['POST', '/health'],
  ['DELETE', '/metrics'],
])('%s %s is not found', async (method, path) => {
  const get = await serve();
  const response = await get(path, { method });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: 'try /health, /ready or /metrics' });
});

test('is not ready from the signal to stop on, and says why, while it answers the rest', async () => {
  const stopping = new AbortController();
  const get = await serve({ stopping: stopping.signal, checks: { sqs: async () => undefined } });
  expect((await get('/ready')).status).toBe(200);
  stopping.abort();
  const response = await get('/ready');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'not ready', checks: { process: 'stopping' } });
  expect((await get('/health')).status).toBe(200);
});
