/** The traces of orders, as a collector receives them from the processes of the local stack. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../src/otlp-receiver.js';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const TRACE = 'c0ffee00c0ffee00c0ffee00c0ffee01';
const CLIENT_SPAN = 'abcdef0123456789';

let receiver: OtlpReceiver;
let system: E2eStack;
let merchant: Server;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  system = await startE2eStack({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    overrides: { 'order-processor': { MAX_RECEIVES: '1' } },
  });
  merchant = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(merchant, 'listening');
  await registerWebhook(`http://127.0.0.1:${(merchant.address() as AddressInfo).port}/hooks`);
});

async function registerWebhook(url: string): Promise<void> {
  const response = await fetch(`http://localhost:${system.ports.api}/webhook-endpoints`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await system.api.token('u123')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ url }),
  });
  expect(response.status).toBe(201);
}

afterAll(async () => {
  await system?.stack.stop();
  merchant?.closeAllConnections();
  merchant?.close();
  await receiver.stop();
});

async function place(traceId: string, body: object): Promise<{ order_id: string; poll_url: string }> {
  const token = await system.api.token('u123');
  const response = await fetch(`http://localhost:${system.ports.api}/orders`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-request-id': `request-of-${traceId}`,
      'idempotency-key': `key-${traceId}`,
      traceparent: `00-${traceId}-${CLIENT_SPAN}-01`,
    },
    body: JSON.stringify({ user_id: 'u123', ...body }),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as { order_id: string; poll_url: string };
}

/** Returns the spans of a trace once `count` of a name have been exported. */
async function spansOf(
  traceId: string,
  count: number,
  last = 'process order-queue',
): Promise<ReceivedSpan[]> {
  const ofTrace = () => receiver.spans.filter((span) => span.traceId === traceId);
  const check = async () => {
    const done = ofTrace().filter(({ name }) => name === last).length;
    if (done < count) throw new Error(`${done} of '${last}' in ${ofTrace().length} spans`);
  };
  await untilPasses('the trace', check, 30_000);
  return ofTrace();
}

/** Returns each span with those above it, outermost first: `service name > service name`. */
function toPaths(spans: readonly ReceivedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathOf = ({ service, name, parentSpanId = '' }: ReceivedSpan): string => {
    const parent = byId.get(parentSpanId);
    return `${parent ? `${pathOf(parent)} > ` : ''}${service} ${name}`;
  };
  return spans.map(pathOf);
}

const API = 'order-api POST /orders';
const PROCESS = `${API} > order-api send order-queue > order-processor process order-queue`;
const call = (method: string) => `${PROCESS} > order-processor ${method} > scoring ${method}`;
const RESERVE = call('inventory.v1.InventoryService/Reserve');
const AUTHORIZE = call('payment.v1.PaymentService/Authorize');
const WEBHOOK = `${PROCESS} > webhooks process webhook-queue`;
const CAPTURE = call('payment.v1.PaymentService/Capture');

/** The spans that every completed order with items has. */
const STORY = [
  API,
  `${API} > order-api countRequests`,
  `${API} > order-api send order-queue > order-api SendMessageBatch`,
  PROCESS,
  `${PROCESS} > order-processor UpdateItem orders`,
  `${PROCESS} > order-processor PUBLISH`,
  `${PROCESS} > order-processor DeleteMessageBatch`,
  `${RESERVE} > scoring UpdateItem inventory`,
  `${call('fraud.v1.FraudService/Score')} > scoring MULTI`,
  `${AUTHORIZE} > scoring gateway authorize`,
  `${AUTHORIZE} > scoring PutItem payments`,
  `${CAPTURE} > scoring gateway capture`,
  `${CAPTURE} > scoring UpdateItem payments`,
  `${call('inventory.v1.InventoryService/Confirm')} > scoring UpdateItem inventory`,
  `${PROCESS} > order-processor PublishBatch`,
  `${WEBHOOK} > webhooks PutItem webhook_deliveries`,
  `${WEBHOOK} > webhooks POST webhook`,
];

describe('an order', () => {
  let order: { order_id: string; poll_url: string };
  let spans: ReceivedSpan[];

  beforeAll(async () => {
    order = await place(TRACE, { amount: 2500, items: [{ sku: 'MUG-01', quantity: 2 }] });
    expect((await system.api.untilFinal(order.poll_url)).status).toBe('COMPLETED');
    await spansOf(TRACE, 1, 'POST webhook');
    await spansOf(TRACE, 1);
    const exported = () => receiver.spans.filter((span) => span.traceId === TRACE);
    await untilPasses(
      'every parent',
      async () => {
        const ids = new Set([CLIENT_SPAN, ...exported().map(({ spanId }) => spanId)]);
        const orphan = exported().find(({ parentSpanId = '' }) => !ids.has(parentSpanId));
        if (orphan) throw new Error(`${orphan.service} ${orphan.name} has no parent`);
      },
      10_000,
    );
    spans = exported();
  });

  test('is one trace from the request to the gateway, and every span has its parent in it', () => {
    const ids = new Set([CLIENT_SPAN, ...spans.map(({ spanId }) => spanId)]);
    expect(spans.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId))).toEqual([]);
    expect(toPaths(spans)).toEqual(expect.arrayContaining(STORY));
    expect(spans.filter(({ failed }) => failed)).toEqual([]);
  });

  test('appears in the log lines of all services', () => {
    const lines = linesOf(order.order_id).filter(({ route }) => route !== '/orders/:order_id');
    for (const line of lines)
      expect(line).toMatchObject({ request_id: `request-of-${TRACE}`, trace_id: TRACE });
    for (const line of lines.filter(({ service }) => service !== 'order-api'))
      expect(line).toMatchObject({ attempt: 1 });
    expect(lines).toContainEqual(
      expect.objectContaining({ service: 'order-api', status: 202, steps: expect.anything() }),
    );
    const settled = lines.find(({ msg }) => msg === 'order settled');
    expect(settled).toMatchObject({ service: 'order-processor', status: 'COMPLETED' });
    expect(Object.keys(settled?.steps ?? {})).toEqual(
      expect.arrayContaining(['claim', 'reserve', 'score', 'authorize', 'decide', 'settle']),
    );
    const served = lines.filter(({ msg }) => msg === 'call served').map(({ method }) => method);
    expect(lines).toContainEqual(expect.objectContaining({ service: 'webhooks', msg: 'webhook delivered' }));
    for (const method of ['Reserve', 'Score', 'Authorize', 'Capture', 'Confirm'])
      expect(served).toContainEqual(expect.stringMatching(`/${method}$`));
  });
});

interface LogLine {
  readonly service: string;
  readonly msg?: string;
  readonly route?: string;
  readonly method?: string;
  readonly steps?: object;
}

/** Returns the log lines that name an order, as `grep` finds them. */
function linesOf(orderId: string): LogLine[] {
  return system.lines
    .filter((line) => line.includes(orderId))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as LogLine);
}

test('a redriven order continues its trace, linked to the delivery that was dead-lettered', async () => {
  const traceId = `${TRACE.slice(0, -1)}2`;
  const order = await place(traceId, { amount: 999, payment_method: 'tok_gatewayDown' });
  const [first] = (await spansOf(traceId, 1)).filter(({ name }) => name === 'process order-queue');
  redrive(order.order_id);
  const spans = await spansOf(traceId, 2);
  const [, second] = spans.filter(({ name }) => name === 'process order-queue');
  const [sent] = spans.filter(({ name }) => name === 'send order-dlq');
  expect(sent?.parentSpanId).toBe(first?.spanId);
  expect(second?.links).toContain(sent?.spanId);
});

function redrive(orderId: string): void {
  const { sqs, dynamo, scoringGrpc, redis } = system.ports;
  const scoring = `http://localhost:${scoringGrpc}`;
  const queue = (name: string) => `http://127.0.0.1:${sqs}/000000000000/${name}`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      fileURLToPath(new URL('../../services/operations/dist/operator/main.js', import.meta.url)),
      ...['dlq', 'redrive', orderId, '--actor', 'e2e'],
    ],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${sqs}`,
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamo}`,
        SQS_QUEUE_URL: queue('order-queue'),
        SQS_DLQ_URL: queue('order-dlq'),
        REDIS_URL: `redis://127.0.0.1:${redis}`,
        INVENTORY_URL: scoring,
        FRAUD_URL: scoring,
        PAYMENT_URL: scoring,
      },
    },
  );
  if (status !== 0) throw new Error(`redrive ended with ${status}: ${stderr}`);
}
