import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { call, startApi, type TestApi } from './harness.js';

let stack: TestStack;
let closed: TestApi;
let open: TestApi;

beforeAll(async () => {
  stack = await startTestStack();
  closed = await startApi(stack);
  open = await startApi(stack, { CORS_ORIGINS: 'https://shop.example' });
});

afterAll(async () => {
  await closed.stop();
  await open.stop();
  await stack.stop();
});

const preflight = (api: TestApi, origin: string) =>
  call(`${api.url}/orders`, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
  });

test('no origin is let in by default', async () => {
  const { headers } = await preflight(closed, 'https://shop.example');
  expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('a configured origin is let in, another is not', async () => {
  const { status, headers } = await preflight(open, 'https://shop.example');
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect(headers.get('access-control-allow-methods')).toBe('GET,POST');
  expect(headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
  expect(headers.has('access-control-allow-credentials')).toBe(false);
  const other = await preflight(open, 'https://evil.example');
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});
