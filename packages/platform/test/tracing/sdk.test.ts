/** Spans by the OpenTelemetry SDK, as a collector receives them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import { startTracing } from '../../src/tracing/start.js';
import type { TraceContext } from '../../src/tracing/trace-context.js';
import { enterTrace, inSpan, isTracing, type SpanStart, startEntrySpan } from '../../src/tracing/tracer.js';
import { createWork, runWork } from '../../src/work.js';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };
const OTHER = { ...PARENT, spanId: 'b7ad6b7169203332', sampled: false };
const logger = createLogger('test', 'fatal');

interface Posted {
  readonly url: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

let server: Server;
let posted: Posted[];
const before = { ...process.env };

beforeEach(async () => {
  posted = [];
  server = createServer(async (request, response) => {
    posted.push({
      url: request.url,
      contentType: request.headers['content-type'],
      body: await text(request),
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterEach(async () => {
  process.env = { ...before };
  await new Promise((done) => server.close(done));
});

/** Starts tracing with settings that the exporter reads from the process's environment too. */
function start(settings: Readonly<Record<string, string>>) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...settings });
  return startTracing('order-api', process.env, logger);
}

/** Begins the span of work under `parent`. */
function enter(parent: TraceContext | undefined, start: SpanStart) {
  return startEntrySpan(enterTrace(parent), parent, () => start);
}

function spansOf({ body }: Posted) {
  return JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: object[] }[] }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}

describe('tracing', () => {
  test('exports what a span says of itself', async () => {
    const stop = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    const span = enter(PARENT, {
      name: 'send',
      kind: 'producer',
      links: [OTHER],
      startTimeMs: 1_768_469_400_000,
      attributes: { 'order.id': 'o1', nothing: undefined },
    });
    span.set({ 'order.status': 'COMPLETED' });
    span.rename('send order-queue');
    span.end();
    const failing = runWork(createWork({}, PARENT), () =>
      inSpan({ name: 'fails', kind: 'client' }, async () => {
        throw new TypeError('no route');
      }),
    );
    await expect(failing).rejects.toThrow('no route');
    const refused = enter(PARENT, { name: 'refused', kind: 'server' });
    refused.fail('queue is full');
    refused.end();
    await stop();
    expect(isTracing()).toBe(false);
    expect(posted.map(({ url, contentType }) => [url, contentType])).toEqual([
      ['/v1/traces', 'application/json'],
    ]);
    const [sent, failed, last] = spansOf(posted[0] as Posted);
    expect(sent).toMatchObject({
      name: 'send order-queue',
      kind: 4,
      traceId: PARENT.traceId,
      parentSpanId: PARENT.spanId,
      links: [{ spanId: OTHER.spanId }],
      attributes: [
        { key: 'order.id', value: { stringValue: 'o1' } },
        { key: 'order.status', value: { stringValue: 'COMPLETED' } },
      ],
    });
    expect(failed).toMatchObject({
      kind: 3,
      status: { code: 2, message: 'no route' },
      attributes: [{ key: 'error.type', value: { stringValue: 'TypeError' } }],
    });
    expect(last).toMatchObject({ kind: 2, status: { code: 2, message: 'queue is full' } });
  });

  test.each([
    ['always_on', '', OTHER, 1],
    ['always_off', '', PARENT, 0],
    ['traceidratio', '1', OTHER, 1],
    ['traceidratio', '0', PARENT, 0],
    ['parentbased_always_off', '', PARENT, 1],
    ['parentbased_always_on', '', OTHER, 0],
  ])('with the sampler %s %s', async (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, parent, exports) => {
    const stop = await start({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG });
    enter(parent, { name: 'poll', kind: 'server' }).end();
    await stop();
    expect(posted).toHaveLength(exports);
    for (const { contentType } of posted) expect(contentType).toBe('application/x-protobuf');
  });

  test('is off, and stops, without the standard variables', async () => {
    const stop = await startTracing('order-api', {}, logger);
    expect(isTracing()).toBe(false);
    await stop();
  });
});

test('a sampler by the trace id decides about new traces, and about the whole of each', async () => {
  const stop = await start({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  });
  const entered = Array.from({ length: 400 }, () => enterTrace(undefined));
  const recorded = entered.filter((context) => context?.sampled);
  expect(recorded.length).toBeGreaterThan(120);
  expect(recorded.length).toBeLessThan(280);
  for (const context of entered)
    startEntrySpan(context, undefined, () => ({ name: 'x', kind: 'server' })).end();
  await stop();
  const exported = posted.flatMap((each) => spansOf(each)) as { traceId: string; parentSpanId?: string }[];
  expect(exported.map(({ traceId }) => traceId).toSorted()).toEqual(
    recorded.map((context) => context?.traceId).toSorted(),
  );
  expect(exported.filter(({ parentSpanId }) => parentSpanId)).toEqual([]);
});

test('the standard variables name the service and its resource', async () => {
  const stop = await start({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'shop-api',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=dev',
  });
  enter(undefined, { name: 'x', kind: 'server' }).end();
  await stop();
  const { attributes } = JSON.parse(posted[0]?.body ?? '').resourceSpans[0].resource;
  expect(attributes).toEqual(
    expect.arrayContaining([
      { key: 'service.name', value: { stringValue: 'shop-api' } },
      { key: 'service.version', value: { stringValue: 'unknown' } },
      { key: 'deployment.environment.name', value: { stringValue: 'dev' } },
    ]),
  );
});

test('a span takes as long as its work, and ends once', async () => {
  const stop = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  const beforeMs = Date.now();
  const span = enter(undefined, { name: 'x', kind: 'server', startTimeMs: beforeMs - 1_500 });
  span.end();
  span.end();
  await stop();
  const spans = posted.flatMap((each) => spansOf(each));
  expect(spans).toHaveLength(1);
  const { startTimeUnixNano, endTimeUnixNano } = spans[0];
  const ms = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
  expect(ms).toBeGreaterThanOrEqual(1_498);
  expect(ms).toBeLessThan(1_500 + Date.now() - beforeMs + 3);
});

test('a sampler that is not parent-based decides for itself', async () => {
  const stop = await start({ OTEL_TRACES_SAMPLER: 'always_on' });
  const span = enter(OTHER, { name: 'claim', kind: 'client' });
  expect(span.context?.sampled).toBe(true);
  span.end();
  await stop();
});
