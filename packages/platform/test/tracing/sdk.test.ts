/** Spans by the OpenTelemetry SDK, as a collector receives them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger.js';
import { startTracing } from '../../src/tracing/start.js';
import { inSpan, isTracing, startSpan } from '../../src/tracing/tracer.js';

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

function spansOf({ body }: Posted) {
  return JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: object[] }[] }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}

describe('tracing', () => {
  test('exports what a span says of itself', async () => {
    const stop = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    const span = startSpan({
      name: 'send',
      kind: 'producer',
      parent: PARENT,
      links: [OTHER],
      startTimeMs: 1_768_469_400_000,
      attributes: { 'order.id': 'o1', nothing: undefined },
    });
    span.set({ 'order.status': 'COMPLETED' });
    span.rename('send order-queue');
    span.end();
    await expect(
      inSpan({ name: 'fails', kind: 'client', parent: PARENT }, async () => {
        throw new TypeError('no route');
      }),
    ).rejects.toThrow('no route');
    const refused = startSpan({ name: 'refused', kind: 'server', parent: PARENT });
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
    startSpan({ name: 'poll', kind: 'server', parent }).end();
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

test('a span under a parent that is not recorded costs none of its own, and passes the decision on', async () => {
  const stop = await start({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
  });
  const span = startSpan({ name: 'claim', kind: 'client', parent: OTHER });
  expect(span.context).toBe(OTHER);
  span.end();
  const recorded = startSpan({ name: 'claim', kind: 'client', parent: PARENT });
  expect(recorded.context).toMatchObject({ traceId: PARENT.traceId, sampled: true });
  expect(recorded.context?.spanId).not.toBe(PARENT.spanId);
  recorded.end();
  await stop();
  expect(posted.flatMap((each) => spansOf(each))).toHaveLength(1);
});

test('a sampler that is not parent-based decides for itself', async () => {
  const stop = await start({ OTEL_TRACES_SAMPLER: 'always_on' });
  const span = startSpan({ name: 'claim', kind: 'client', parent: OTHER });
  expect(span.context?.sampled).toBe(true);
  span.end();
  await stop();
});
