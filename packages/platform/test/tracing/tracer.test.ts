import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createTraceContext,
  formatTraceparent,
  parseTraceparent,
  type TraceContext,
} from '../../src/tracing/trace-context.js';
import {
  inSpan,
  isTracing,
  type SpanStart,
  setTracer,
  startSpan,
  underAll,
} from '../../src/tracing/tracer.js';
import { createWork, currentWork, runWork } from '../../src/work.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT: TraceContext = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', sampled: true };
const OTHER: TraceContext = { ...PARENT, spanId: 'b7ad6b7169203332' };

interface Recorded extends SpanStart {
  readonly context: TraceContext;
  failed?: unknown;
  ended: boolean;
}

function record(): Recorded[] {
  const spans: Recorded[] = [];
  setTracer((start) => {
    const span: Recorded = { ...start, context: createTraceContext(start.parent), ended: false };
    spans.push(span);
    return {
      context: span.context,
      set: () => undefined,
      rename: () => undefined,
      fail: (error) => Object.assign(span, { failed: error }),
      end: () => Object.assign(span, { ended: true }),
    };
  });
  return spans;
}

afterEach(() => setTracer(undefined));

describe('a traceparent', () => {
  test('is parsed and formatted', () => {
    const text = `00-${TRACE_ID}-b7ad6b7169203331-01`;
    expect(parseTraceparent(text)).toEqual(PARENT);
    expect(formatTraceparent(PARENT)).toBe(text);
    expect(parseTraceparent(`00-${TRACE_ID}-b7ad6b7169203331-00`)?.sampled).toBe(false);
    expect(formatTraceparent({ ...PARENT, sampled: false })).toMatch(/-00$/);
  });

  test.each([
    undefined,
    '',
    'x',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `01-${TRACE_ID}-b7ad6b7169203331-01`,
  ])('%j is none', (text) => expect(parseTraceparent(text)).toBeUndefined());

  test('of a new span stays in the trace', () => {
    expect(createTraceContext(PARENT)).toMatchObject({ traceId: TRACE_ID, sampled: true });
    expect(createTraceContext(PARENT).spanId).not.toBe(PARENT.spanId);
    expect(createTraceContext().traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('without a tracer there are no spans, and actions run as they are', async () => {
  expect(isTracing()).toBe(false);
  expect(startSpan({ name: 'x', kind: 'client' }).context).toBeUndefined();
  expect(await inSpan({ name: 'x', kind: 'client' }, async ({ context }) => context)).toBeUndefined();
  expect(underAll([PARENT], () => currentWork())).toBeUndefined();
});

describe('a span', () => {
  test('is a child of the current one, and the parent of what it leads to', async () => {
    const spans = record();
    await runWork(createWork({ order_id: 'o' }, PARENT), () =>
      inSpan({ name: 'outer', kind: 'server' }, async () => {
        expect(currentWork()?.fields.order_id).toBe('o');
        await inSpan({ name: 'inner', kind: 'client' }, async () => undefined);
      }),
    );
    expect(spans.map(({ name, parent, ended }) => ({ name, parent, ended }))).toEqual([
      { name: 'outer', parent: PARENT, ended: true },
      { name: 'inner', parent: spans[0]?.context, ended: true },
    ]);
  });

  test('fails with its action, unless the error is an answer', async () => {
    const spans = record();
    const boom = new Error('boom');
    const fail = () => Promise.reject(boom);
    await expect(inSpan({ name: 'a', kind: 'client' }, fail)).rejects.toBe(boom);
    await expect(inSpan({ name: 'b', kind: 'client', isFailure: () => false }, fail)).rejects.toBe(boom);
    expect(spans.map(({ failed, ended }) => ({ failed, ended }))).toEqual([
      { failed: boom, ended: true },
      { failed: undefined, ended: true },
    ]);
  });

  test('of a batch is a child of the first entry and linked to the others', async () => {
    const spans = record();
    await underAll([undefined, PARENT, OTHER], () => inSpan({ name: 'x', kind: 'client' }, async () => 1));
    expect(spans[0]).toMatchObject({ parent: PARENT, links: [OTHER] });
  });
});
