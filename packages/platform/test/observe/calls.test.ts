/** Measured calls to dependencies. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createRegistry } from '../../src/metrics.js';
import { CallObserver, type DependencyCall } from '../../src/observe/calls.js';
import { setTracer } from '../../src/tracing/tracer.js';
import { createWork, currentSteps, runWork } from '../../src/work.js';
import { recordSpans } from '../tracing/recording-tracer.js';

const GET: DependencyCall = { dependency: 'dynamodb', operation: 'GetItem', target: 'orders' };
const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };
const boom = new Error('boom');

const counts = async (registry: ReturnType<typeof createRegistry>) =>
  (await registry.metrics())
    .split('\n')
    .filter((line) => /^dependency_\w+_count/.test(line))
    .map((line) => line.replace(/.*operation="(\w+)",outcome="(\w+)"\} (\d+)$/, '$1 $2 $3'));

afterEach(() => setTracer(undefined));

describe('a measured call', () => {
  test('has a series for each outcome from the start, so that the first errors count', async () => {
    const registry = createRegistry();
    const call = new CallObserver(registry).prepare('GetItem orders', () => GET);
    expect(await counts(registry)).toEqual(['GetItem ok 0', 'GetItem error 0']);
    await call.run(async () => 1);
    await expect(call.run(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(await counts(registry)).toEqual(['GetItem ok 1', 'GetItem error 1']);
  });

  test('shares its series with other tables and other clients of the process', async () => {
    const registry = createRegistry();
    const first = new CallObserver(registry);
    await first.prepare('GetItem orders', () => GET).run(async () => 1);
    await first.prepare('GetItem users', () => ({ ...GET, target: 'users' })).run(async () => 1);
    await new CallObserver(registry).prepare('GetItem orders', () => GET).run(async () => 1);
    expect(await counts(registry)).toEqual(['GetItem ok 3', 'GetItem error 0']);
  });

  test('is described once, and an answer that throws is no error', async () => {
    const registry = createRegistry();
    const observer = new CallObserver(registry);
    let described = 0;
    const prepare = () =>
      observer.prepare('GetItem orders', () => {
        described += 1;
        return { ...GET, isFailure: (error) => error !== boom };
      });
    await expect(prepare().run(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(prepare()).toBe(prepare());
    expect(described).toBe(1);
    expect(await counts(registry)).toEqual(['GetItem ok 1', 'GetItem error 0']);
  });

  test('is a step of its work, and a span where that is recorded', async () => {
    const spans = recordSpans();
    const call = new CallObserver(createRegistry()).prepare('GetItem orders', () => GET);
    const stepsUnder = (context?: typeof span) =>
      runWork(createWork({}, context), async () => {
        await call.run(async () => 1);
        return Object.keys(currentSteps());
      });
    expect(await stepsUnder({ ...span, sampled: false })).toEqual(['dynamodb GetItem orders']);
    expect(await stepsUnder()).toEqual(['dynamodb GetItem orders']);
    expect(spans).toEqual([]);
    expect(await stepsUnder(span)).toEqual(['dynamodb GetItem orders']);
    expect(spans).toEqual([expect.objectContaining({ name: 'GetItem orders', parent: span, ended: true })]);
  });

  test('that waits is no step, no span and no latency', async () => {
    const spans = recordSpans();
    const registry = createRegistry();
    const wait: DependencyCall = { dependency: 'sqs', operation: 'ReceiveMessage', waiting: true };
    const call = new CallObserver(registry).prepare('ReceiveMessage', () => wait);
    await runWork(createWork({}, span), async () => {
      await call.run(async () => 1);
      expect(currentSteps()).toEqual({});
    });
    expect(spans).toEqual([]);
    expect(await registry.metrics()).toMatch(/^dependency_wait_seconds_count\{.*outcome="ok"\} 1$/m);
  });
});
