import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { ReadinessProbe } from '../src/operations/readiness.js';
import { call, startApi, type TestApi } from './harness.js';

describe('readiness', () => {
  const create = () => {
    const state = { now: 0, asked: 0, healthy: true, draining: new AbortController() };
    const check = async () => {
      state.asked += 1;
      if (!state.healthy) throw new Error('away');
    };
    const probe = new ReadinessProbe({
      required: { queue: check, orders: async () => {} },
      optional: { redis: async () => {} },
      draining: state.draining.signal,
      now: () => state.now,
    });
    return { state, probe };
  };

  test('is asked once a second, however many ask', async () => {
    const { state, probe } = create();
    const answers = await Promise.all(Array.from({ length: 300 }, () => probe.read()));
    expect(answers.every(({ status }) => status === 'ready')).toBe(true);
    state.now = 999;
    state.healthy = false;
    expect((await probe.read()).status).toBe('ready');
    expect(state.asked).toBe(1);
    state.now = 1_000;
    expect(await probe.read()).toEqual({
      status: 'not ready',
      checks: { queue: 'unreachable', orders: 'ok', redis: 'ok' },
    });
    expect(state.asked).toBe(2);
  });

  test('is gone at once when the process drains', async () => {
    const { state, probe } = create();
    await probe.read();
    state.draining.abort();
    expect(await probe.read()).toEqual({
      status: 'not ready',
      checks: { queue: 'ok', orders: 'ok', redis: 'ok', process: 'stopping' },
    });
  });
});

describe('routes that need no proof', () => {
  let stack: TestStack;
  let api: TestApi;

  beforeAll(async () => {
    stack = await startTestStack();
    api = await startApi(stack, { PUBLIC_RATE_LIMIT: '12/hour' });
  });

  afterAll(async () => {
    await api.stop();
    await stack.stop();
  });

  test('are limited by address, and leave the others alone', async () => {
    const paths = ['/health', '/ready', '/metrics', '/openapi.json', '/docs', '/nothing'];
    const statuses: number[] = [];
    for (const path of [...paths, ...paths]) statuses.push((await call(api.url + path)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404, 200, 200, 200, 200, 200, 404]);
    for (const path of paths) {
      const { status, headers } = await call(api.url + path);
      expect([path, status]).toEqual([path, 429]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await call(`${api.url}/login`, { json: { user_id: 'u' } })).status).toBe(200);
  });
});
