import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import {
  parseQuota,
  type QuotaPolicy,
  type QuotaState,
  tightest,
  toPolicyHeader,
  toStateHeader,
} from '../src/limits/policy.js';
import { call, logIn, startApi, type TestApi } from './harness.js';

describe('policies', () => {
  test.each([
    ['100/minute', { quota: 100, windowSeconds: 60 }],
    ['5/second', { quota: 5, windowSeconds: 1 }],
    ['1/hour', { quota: 1, windowSeconds: 3_600 }],
    ['9/day', { quota: 9, windowSeconds: 86_400 }],
  ])('%s', (text, fields) => {
    expect(parseQuota('p', text)).toEqual({ name: 'p', ...fields });
  });

  test.each(['', '100', '0/minute', '-1/minute', '100/week', '1.5/minute', '100 / minute', 'x/minute'])(
    'not %j',
    (text) => {
      expect(parseQuota('p', text)).toBeUndefined();
    },
  );

  const policy: QuotaPolicy = { name: 'default', quota: 100, windowSeconds: 60 };
  const state = (fields: Partial<QuotaState>): QuotaState => ({
    policy,
    allowed: true,
    remaining: 50,
    resetSeconds: 30,
    ...fields,
  });

  test('in header fields', () => {
    expect(toPolicyHeader(policy)).toBe('"default";q=100;w=60');
    expect(toStateHeader(state({}))).toBe('"default";r=50;t=30');
  });

  test('the tightest is the one that refuses, else the one with the least left', () => {
    const refused = state({ allowed: false, remaining: 0 });
    const scarce = state({ remaining: 1 });
    const empty = state({ remaining: 0 });
    expect(tightest([state({}), scarce])).toBe(scarce);
    expect(tightest([scarce, state({})])).toBe(scarce);
    expect(tightest([empty, refused])).toBe(refused);
    expect(tightest([refused, empty])).toBe(refused);
  });
});

describe('two processes', () => {
  let stack: TestStack;
  let apis: [TestApi, TestApi];

  beforeAll(async () => {
    stack = await startTestStack();
    const limits = { RATE_LIMIT: '100/hour', LOGIN_RATE_LIMIT: '20/hour', POLL_RATE_LIMIT: '3/hour' };
    apis = [await startApi(stack, limits), await startApi(stack, limits)];
  });

  afterAll(async () => {
    for (const api of apis) await api.stop();
    await stack.stop();
  });

  test('let exactly the quota of one user through, and report the remainder', async () => {
    const headers = await logIn(apis[0], 'busy');
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => call(`${apis[n % 2]?.url}/orders`, { headers })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(200);
    const left = answers.flatMap(({ status, headers }) =>
      status === 200 ? [Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1])] : [],
    );
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Quota exceeded',
      status: 429,
      detail: 'More than 100 requests in 3600 seconds.',
      instance: '/orders',
      request_id: expect.any(String),
    });
    expect(refused?.headers.get('ratelimit-policy')).toBe('"default";q=100;w=3600');
    expect(refused?.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d{4}$/);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(3_500);
    const other = await call(`${apis[0].url}/orders`, { headers: await logIn(apis[0], 'quiet') });
    expect(other.headers.get('ratelimit')).toBe('"default";r=99;t=3600');
  });

  test('limit polling by order', async () => {
    const placed = await call(`${apis[0].url}/orders`, {
      json: { user_id: 'poller', amount: 1 },
      headers: await logIn(apis[0], 'poller'),
    });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await call(placed.body.poll_url)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('limit logins by address, good ones and bad ones', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 25; n += 1)
      statuses.push(
        (await call(`${apis[n % 2]?.url}/login`, { json: { user_id: n % 3 ? `l${n}` : '' } })).status,
      );
    expect(statuses.at(-1)).toBe(429);
    expect(statuses).toContain(422);
  });
});
