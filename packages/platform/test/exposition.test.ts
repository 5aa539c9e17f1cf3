/** Scrapes in both formats, with exemplars where a trace was recorded. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Counter, Histogram } from 'prom-client';
import { noteExemplar } from '../src/exemplars.js';
import { renderMetrics } from '../src/exposition.js';
import { createRegistry } from '../src/metrics.js';
import { setTracer } from '../src/tracing/tracer.js';
import { createWork, runWork } from '../src/work.js';
import { recordSpans } from './tracing/recording-tracer.js';

const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5';
const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };

function createMetrics() {
  const registry = createRegistry();
  const buckets = [0.1, 1];
  const labelNames = ['route', 'status'];
  const histogram = new Histogram({
    name: 'x_seconds',
    help: 'X',
    buckets,
    labelNames,
    registers: [registry],
  });
  const counter = new Counter({ name: 'x_total', help: 'X', registers: [registry] });
  new Counter({ name: 'odd', help: 'a counter without the suffix', registers: [registry] });
  counter.inc();
  const observe = (value: number, labels = { route: '/a"b', status: '200' }) => {
    histogram.observe(labels, value);
    noteExemplar(registry, { name: 'x_seconds', buckets, labels, value });
  };
  return { registry, observe };
}

afterEach(() => setTracer(undefined));

describe('a scrape', () => {
  test('has the text format unless OpenMetrics is asked for, also after it was', async () => {
    const { registry } = createMetrics();
    await renderMetrics(registry, ACCEPT);
    const { contentType, text } = await renderMetrics(registry, 'text/plain');
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('# TYPE x_total counter\nx_total 1\n');
  });

  test('in OpenMetrics ends with EOF, has no empty line, and names counters without their suffix', async () => {
    const { registry } = createMetrics();
    const { contentType, text } = await renderMetrics(registry, ACCEPT);
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(text).toContain('# TYPE x counter\nx_total 1\n');
    expect(text).toContain('# TYPE odd unknown\n');
    expect(text).toMatch(/\n# EOF\n$/);
    expect(text).not.toContain('\n\n');
  });

  test('links the bucket of an observation to its trace, and no other bucket', async () => {
    recordSpans();
    const { registry, observe } = createMetrics();
    runWork(createWork({}, span), () => observe(0.5));
    const { text } = await renderMetrics(registry, ACCEPT);
    const linked = text.split('\n').filter((line) => line.includes('trace_id'));
    expect(linked).toEqual([
      expect.stringMatching(/^x_seconds_bucket\{.*le="1".*\} 1 # \{trace_id="4bf92f.*"\} 0\.5 \d+(\.\d+)?$/),
    ]);
  });

  test('links what is above every bound', async () => {
    recordSpans();
    const { registry, observe } = createMetrics();
    runWork(createWork({}, span), () => observe(7));
    const { text } = await renderMetrics(registry, ACCEPT);
    expect(text).toMatch(/^x_seconds_bucket\{.*le="\+Inf".*\} 1 # \{trace_id=/m);
  });

  test.each([
    ['tracing is off', () => undefined, span],
    ['the trace is not recorded', recordSpans, { ...span, sampled: false }],
    ['nothing is traced', recordSpans, undefined],
  ])('links nothing while %s', async (_what, turnOn, current) => {
    turnOn();
    const { registry, observe } = createMetrics();
    runWork(createWork({}, current), () => observe(0.5));
    expect((await renderMetrics(registry, ACCEPT)).text).not.toContain('trace_id');
  });
});
