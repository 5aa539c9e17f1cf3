import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import type { Timers } from '@order-pipeline/platform/timers';
import fc from 'fast-check';
import { Admission } from '../src/overload/admission.js';
import { decideLimit } from '../src/overload/decide.js';
import { OVERLOADED } from '../src/overload/overloaded-error.js';
import { type Answer, call, logIn, placeOrder, startApi, type TestApi } from './harness.js';

const OPTIONS = { maxLagMs: 100, min: 8, max: 400 };

describe('the limit of orders in work', () => {
  const limit = fc.double({ min: OPTIONS.min, max: OPTIONS.max, noNaN: true });
  const peak = fc.nat(500);

  test('stays within its bounds, falls while the event loop is late, and never falls otherwise', () => {
    fc.assert(
      fc.property(limit, peak, fc.nat(1_000), (current, seen, lagMs) => {
        const next = decideLimit(current, { lagMs, peak: seen }, OPTIONS);
        expect(next).toBeGreaterThanOrEqual(OPTIONS.min);
        expect(next).toBeLessThanOrEqual(OPTIONS.max);
        if (lagMs > OPTIONS.maxLagMs) expect(next).toBeLessThanOrEqual(Math.max(OPTIONS.min, current * 0.75));
        else expect(next).toBeGreaterThanOrEqual(current);
      }),
    );
  });

  test('falls below what was in work at once, however wide it was', () => {
    expect(decideLimit(400, { lagMs: 101, peak: 100 }, OPTIONS)).toBe(75);
  });

  test.each([
    ['under load', (current: number) => Math.floor(current)],
    ['without load', () => 0],
  ])('is as wide as before 5 s after an overload, %s', (_, peakOf) => {
    let current: number = OPTIONS.min;
    for (let interval = 0; interval < 50; interval += 1)
      current = decideLimit(current, { lagMs: 0, peak: peakOf(current) }, OPTIONS);
    expect(current).toBe(OPTIONS.max);
  });

  /** A process that can work on `capacity` orders at once before its event loop is late, offered twice as many. */
  test.each([16, 60, 200])('settles near a capacity of %i orders at twice the load', (capacity) => {
    let current: number = OPTIONS.max;
    const inWork: number[] = [];
    for (let interval = 0; interval < 200; interval += 1) {
      const taken = Math.min(capacity * 2, Math.floor(current));
      if (interval >= 50) inWork.push(taken);
      const observed = { lagMs: taken > capacity ? 200 : 20, peak: taken + 1 };
      current = decideLimit(current, observed, OPTIONS);
    }
    expect(Math.max(...inWork)).toBeLessThanOrEqual(capacity * 1.2 + 1);
    expect(inWork.reduce((sum, each) => sum + each, 0) / inWork.length).toBeGreaterThan(capacity * 0.75);
  });
});

describe('admission', () => {
  /** Timers that the test runs. */
  function createManual() {
    let run: () => void = () => undefined;
    const timers: Pick<Timers, 'after'> = {
      after: (_, callback) => {
        run = callback;
        return () => {
          run = () => undefined;
        };
      },
    };
    return { timers, tick: () => run() };
  }

  test('turns orders away only above the limit, and takes them again as soon as there is room', () => {
    let lagMs = 0;
    let shed = 0;
    let intake = () => ({ inWork: 0, limit: 0 });
    const { timers, tick } = createManual();
    const metrics = {
      countShed: () => {
        shed += 1;
      },
      observeIntake: (read: typeof intake) => {
        intake = read;
      },
    };
    const admission = new Admission({ readLagMs: () => lagMs, timers, metrics }, OPTIONS);
    admission.start();
    for (let order = 0; order < 100; order += 1) admission.enter();
    expect(intake()).toEqual({ inWork: 100, limit: 400 });
    lagMs = 500;
    for (let interval = 0; interval < 20; interval += 1) tick();
    expect(intake()).toEqual({ inWork: 100, limit: 8 });
    expect(() => admission.enter()).toThrow(OVERLOADED);
    expect(shed).toBe(1);
    for (let order = 0; order < 93; order += 1) admission.leave();
    admission.enter();
    expect(() => admission.enter()).toThrow(OVERLOADED);
    lagMs = 0;
    tick();
    admission.enter();
    admission.stop();
    tick();
    expect(intake()).toEqual({ inWork: 9, limit: 9 });
  });
});

function burn(): void {
  const end = performance.now() + 15;
  while (performance.now() < end);
}

describe('an overloaded API', () => {
  let stack: TestStack;
  let api: TestApi;

  beforeAll(async () => {
    stack = await startTestStack();
    api = await startApi(stack, {});
  });

  afterAll(async () => {
    await api.stop();
    await stack.stop();
  });

  test('counts an order as in work until its response is sent', async () => {
    await placeOrder(api, 'u1');
    await call(`${api.url}/orders`, { method: 'POST', body: '{' });
    await call(`${api.url}/orders`, { json: {}, headers: await logIn(api, 'u1') });
    const inWork = async () => {
      const { body } = await call(`${api.url}/metrics`);
      return /^orders_in_work\{[^}]*\} (\d+)$/m.exec(body)?.[1] ?? /^orders_in_work (\d+)$/m.exec(body)?.[1];
    };
    while ((await inWork()) !== '0') await new Promise((resolve) => setTimeout(resolve, 10));
  });

  test('lets no spelling of the path pass by admission', async () => {
    const headers = await logIn(api, 'u3');
    const enter = jest.spyOn(Admission.prototype, 'enter').mockImplementation(() => {
      throw OVERLOADED;
    });
    try {
      const status = async (path: string) =>
        (await call(api.url + path, { json: { user_id: 'u3', amount: 999 }, headers })).status;
      expect(await status('/orders')).toBe(503);
      expect(await status('/orders?a=b')).toBe(503);
      for (const path of ['/orders/', '/ORDERS', '/Orders/', '//orders', '/%6Frders', '/orders//'])
        expect([path, await status(path)]).toEqual([path, 404]);
    } finally {
      enter.mockRestore();
    }
  });

  test('answers 503 with Retry-After, accepts what it does not turn away, and takes the next order afterwards', async () => {
    const tight = await startApi(stack, { MAX_EVENT_LOOP_LAG_MS: '10' });
    try {
      const headers = await logIn(tight, 'u2');
      const order = () => call(`${tight.url}/orders`, { json: { user_id: 'u2', amount: 999 }, headers });
      const statuses = new Set<number>();
      for (let shed: Answer | undefined; !shed; ) {
        const answers = await Promise.all(
          Array.from({ length: 300 }, async (_, n) => {
            // The API runs in this process: work here makes its event loop late.
            if (n % 10 === 0) burn();
            return order();
          }),
        );
        for (const { status } of answers) statuses.add(status);
        shed = answers.find(({ status }) => status === 503);
        if (shed) expect(shed.headers.get('retry-after')).toBe('1');
        if (shed) expect(shed.body).toMatchObject({ title: 'Service Unavailable', status: 503 });
      }
      expect(statuses).toEqual(new Set([202, 503]));
      expect(await order()).toMatchObject({ status: 202 });
      expect(tight.logs()).not.toContain('"level":"error"');
    } finally {
      await tight.stop();
    }
  });
});
