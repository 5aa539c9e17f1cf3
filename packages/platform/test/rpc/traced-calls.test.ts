/** Spans of calls to services, and calls that are not recorded. */
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { traceCalls } from '../../src/rpc/traced-calls.js';
import { formatTraceparent, type TraceContext } from '../../src/tracing/trace-context.js';
import { setTracer } from '../../src/tracing/tracer.js';
import { createWork, runWork } from '../../src/work.js';
import { type Recorded, recordSpans } from '../tracing/recording-tracer.js';
import { EchoService } from './echo-service.js';

const PARENT: TraceContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  sampled: true,
};

type CallHeader = Parameters<Transport['unary']>[3];

let spans: Recorded[];
let headers: CallHeader[];
let failure: Error | undefined;

beforeEach(() => {
  spans = recordSpans();
  headers = [];
  failure = undefined;
});

afterEach(() => setTracer(undefined));

/** Keeps the headers of calls; a call fails or has an empty answer. */
const server = {
  unary: async (method: { output: object }, _signal: unknown, _timeout: unknown, header: CallHeader) => {
    headers.push(header);
    if (failure) throw failure;
    return { stream: false, method, message: {}, header: new Headers(), trailer: new Headers() };
  },
} as unknown as Transport;

const transport = traceCalls(server);
const client = createClient(EchoService, transport);
const under = <R>(span: TraceContext | undefined, action: () => R) =>
  runWork(createWork({ order_id: 'o1', attempt: 2 }, span), action);

test('a call of recorded work is a span, and the parent of what the service does', async () => {
  await under(PARENT, () => client.echo({}, { headers: { 'x-request-id': 'r1', traceparent: 'old' } }));
  expect(spans).toEqual([
    expect.objectContaining({
      name: 'test.v1.EchoService/Echo',
      parent: PARENT,
      ended: true,
      attributes: expect.objectContaining({ 'order.id': 'o1', 'order.attempt': 2 }),
    }),
  ]);
  const sent = new Headers(headers[0]);
  expect(sent.get('x-request-id')).toBe('r1');
  expect(sent.get('traceparent')).toBe(formatTraceparent(spans[0]?.context as TraceContext));
});

test('headers in any form are kept', async () => {
  const own = [{ a: '1' }, new Headers({ a: '1' }), [['a', '1']] as [string, string][]];
  for (const header of own) {
    const method = EchoService.method.echo as Parameters<Transport['unary']>[0];
    await under(PARENT, () => transport.unary(method, undefined, undefined, header, {}));
  }
  expect(headers.map((header) => new Headers(header).get('a'))).toEqual(['1', '1', '1']);
  expect(headers.map((header) => new Headers(header).get('traceparent'))).toEqual(
    spans.map(({ context }) => formatTraceparent(context)),
  );
  expect(new Headers(own[1]).has('traceparent')).toBe(false);
});

test('a call that fails marks its span', async () => {
  failure = new ConnectError('no', Code.Unavailable);
  await expect(under(PARENT, () => client.echo({}))).rejects.toThrow('no');
  expect(spans[0]).toMatchObject({
    failed: failure,
    ended: true,
    set: [{ 'rpc.grpc.status_code': Code.Unavailable }],
  });
});

test.each([
  ['is not recorded', { ...PARENT, sampled: false }],
  ['has no trace', undefined],
])('a call of work that %s passes as it is', async (_what, span) => {
  const header = { 'x-request-id': 'r1' };
  const method = EchoService.method.echo as Parameters<Transport['unary']>[0];
  await under(span, () => transport.unary(method, undefined, undefined, header, {}));
  expect(headers[0]).toBe(header);
  expect(spans).toEqual([]);
});
