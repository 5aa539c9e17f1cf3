import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createTraceContext,
  formatTraceparent,
  parseTraceparent,
  type TraceContext,
} from '../../src/tracing/trace-context.js';
import {
  enterTrace,
  inSpan,
  isRecording,
  isTracing,
  NO_SPAN,
  setTracer,
  startEntrySpan,
  underAll,
} from '../../src/tracing/tracer.js';
import { createWork, currentWork, runWork } from '../../src/work.js';
import { recordSpans } from './recording-tracer.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT: TraceContext = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', sampled: true };
const OTHER: TraceContext = { ...PARENT, spanId: 'b7ad6b7169203332' };
const UNRECORDED: TraceContext = { ...PARENT, spanId: 'b7ad6b7169203333', sampled: false };

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
  expect(isRecording()).toBe(false);
  expect(enterTrace(PARENT)).toBe(PARENT);
  expect(startEntrySpan(PARENT, undefined, neverDescribed)).toBe(NO_SPAN);
  expect(await inSpan({ name: 'x', kind: 'client' }, async ({ context }) => context)).toBeUndefined();
  expect(underAll([PARENT], () => currentWork())).toBeUndefined();
});

function neverDescribed(): never {
  throw new Error('a span that is not recorded was described');
}

describe('work that enters the process', () => {
  test('is a child of its caller when that is recorded', () => {
    const spans = recordSpans();
    const entered = enterTrace(PARENT);
    expect(entered).toMatchObject({ traceId: TRACE_ID, sampled: true });
    expect(entered?.spanId).not.toBe(PARENT.spanId);
    startEntrySpan(entered, PARENT, () => ({ name: 'x', kind: 'server' })).end();
    expect(spans).toEqual([expect.objectContaining({ context: entered, parent: PARENT, ended: true })]);
  });

  test('creates no span under a caller that is not recorded', async () => {
    const spans = recordSpans();
    const entered = enterTrace(UNRECORDED);
    expect(entered).toBe(UNRECORDED);
    expect(startEntrySpan(entered, UNRECORDED, neverDescribed)).toBe(NO_SPAN);
    const work = createWork({}, entered);
    await runWork(work, () =>
      inSpan({ name: 'x', kind: 'client' }, async ({ context }) => {
        expect(context).toBeUndefined();
        // Not even the context of the call is another one.
        expect(currentWork()).toBe(work);
      }),
    );
    expect(spans).toEqual([]);
  });

  test('is decided about once, also for what it calls', async () => {
    const asked: unknown[] = [];
    const spans = recordSpans((...args) => asked.push(args) === 0);
    const entered = enterTrace(undefined);
    expect(entered?.sampled).toBe(false);
    expect(enterTrace(PARENT)).toEqual({ ...PARENT, sampled: false });
    await runWork(createWork({}, entered), () => inSpan({ name: 'x', kind: 'client' }, async () => 1));
    expect(asked).toEqual([
      [entered?.traceId, undefined],
      [TRACE_ID, PARENT],
    ]);
    expect(spans).toEqual([]);
  });
});

describe('a span', () => {
  test('is a child of the current one, and the parent of what it leads to', async () => {
    const spans = recordSpans();
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

  test('fails with its action, unless the error is an expected result', async () => {
    const spans = recordSpans();
    const boom = new Error('boom');
    const fail = () => Promise.reject(boom);
    await runWork(createWork({}, PARENT), async () => {
      await expect(inSpan({ name: 'a', kind: 'client' }, fail)).rejects.toBe(boom);
      await expect(inSpan({ name: 'b', kind: 'client', isFailure: () => false }, fail)).rejects.toBe(boom);
    });
    expect(spans.map(({ failed, ended }) => ({ failed, ended }))).toEqual([
      { failed: boom, ended: true },
      { failed: undefined, ended: true },
    ]);
  });

  test('of a batch is a child of the first entry that is recorded, and linked to the others', async () => {
    const spans = recordSpans();
    const call = () => inSpan({ name: 'x', kind: 'client' }, async () => 1);
    await underAll([undefined, UNRECORDED, PARENT, OTHER], call);
    expect(spans[0]).toMatchObject({ parent: PARENT, links: [OTHER] });
  });

  test('of a batch that serves no recorded work is none, also when it leaves in the turn of recorded work', async () => {
    const spans = recordSpans();
    const call = () => inSpan({ name: 'x', kind: 'client' }, async () => 1);
    await runWork(createWork({}, PARENT), () => underAll([UNRECORDED, undefined], call));
    expect(spans).toEqual([]);
  });
});
