/**
 * Faults of the running system, each found by the right alert of a real Prometheus and by no other alert that pages.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PurgeQueueCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { loadLocalConfig } from '@order-pipeline/local/config';
import { type Emulator, startDynamoEmulator } from '@order-pipeline/local/emulators';
import { checkHttp, untilPasses } from '@order-pipeline/local/ready';
import type { LocalStack } from '@order-pipeline/local/stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { ApiClient } from '../src/api-client.js';
import { ActiveFaults } from '../src/chaos/active-faults.js';
import type { TcpFault } from '../src/chaos/schedule.js';
import { type OtlpReceiver, startOtlpReceiver } from '../src/otlp-receiver.js';
import { Prometheus, quicken } from '../src/prometheus.js';
import { ScannedStack } from '../src/scanned-stack.js';
import { freePorts } from '../src/stack.js';
import { startTcpProxy, type TcpProxy } from '../src/tcp-proxy.js';

const OBSERVABILITY = fileURLToPath(new URL('../../observability', import.meta.url));

/** A minute of the rules takes two seconds here. */
const FACTOR = 30;
/** Between two orders, in milliseconds: volume floors are counts, and are reached in the shorter windows too. */
const ORDER_EVERY_MS = 200;
/** Each chunk of a connection to the slow DynamoDB is late by so many milliseconds: a call takes twice as long. */
const SLOW_MS = 350;
const WAIT_MS = 60_000;

const ports = await freePorts();
const faults = new ActiveFaults<TcpFault>(Math.random, () => undefined);
let receiver: OtlpReceiver;
let dynamo: Emulator;
let proxy: TcpProxy;
let stack: LocalStack;
let prometheus: Prometheus;
let sqs: SQSClient;
let shop: NodeJS.Timeout;
const lines: string[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  dynamo = await startDynamoEmulator();
  proxy = await startTcpProxy({ targetPort: dynamo.port, faults });
  stack = new ScannedStack({
    config: { ...loadLocalConfig({}), ports, dynamoEndpoint: `http://127.0.0.1:${proxy.port}` },
    environment: {
      PATH: process.env.PATH,
      RATE_LIMIT: '1000000/minute',
      LOGIN_RATE_LIMIT: '1000000/minute',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      QUEUE_WATCH_INTERVAL_MS: '500',
    },
    onLine: (part, line) => lines.push(`[${part}] ${line}`),
    say: (line) => lines.push(`[stack] ${line}`),
  });
  await stack.start();
  sqs = createSqs({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 5_000 });
  const api = new ApiClient(`http://localhost:${ports.api}`);
  let orders = 0;
  shop = setInterval(() => {
    // Failures of orders while a service is down are not the subject here.
    api.place({ user_id: `user-${orders++ % 50}`, amount: 999 }).catch(() => undefined);
  }, ORDER_EVERY_MS);
  prometheus = await Prometheus.start(ports, `${OBSERVABILITY}/rules.yml`, FACTOR);
}, 120_000);

afterAll(async () => {
  clearInterval(shop);
  await prometheus?.stop();
  await stack?.stop();
  sqs?.destroy();
  await proxy?.stop();
  await dynamo?.stop();
  await receiver?.stop();
});

/** A test that fails leaves nothing to the next one. */
afterEach(async () => {
  faults.clear();
  await purge('order-dlq');
});

/** Returns the alerts that page now, each as `name` or `name(what)`. */
async function pages(): Promise<string[]> {
  const alerts = await prometheus.alerts();
  const firing = alerts.filter(({ state, labels }) => state === 'firing' && labels.severity === 'page');
  const named = firing.map(({ labels: { alertname = '', job, dependency } }) => {
    const what = job ?? dependency;
    return what === undefined ? alertname : `${alertname}(${what})`;
  });
  return [...new Set(named)].sort();
}

/** A busy machine makes calls slow or lets them time out, and alerts that say so are right: they count only where a test expects them. */
const isOfMachine = (name: string, expected: readonly string[]) =>
  /^(DependencySlow|DependencyErrors|AcceptanceBudget)/.test(name) && !expected.includes(name);

/** Waits until exactly these alerts page. Fails at once when another one does that is not `tolerated`. */
async function untilPages(expected: readonly string[], tolerated: readonly string[] = []): Promise<void> {
  const strangers = new Set<string>();
  await untilPasses(
    `the alerts ${expected.join() || 'none'}`,
    async () => {
      const now = (await pages()).filter((name) => !isOfMachine(name, expected));
      for (const name of now) if (![...expected, ...tolerated].includes(name)) strangers.add(name);
      if (now.join() !== [...expected].sort().join()) throw new Error(`firing: ${now.join() || 'none'}`);
    },
    WAIT_MS,
  );
  expect([...strangers]).toEqual([]);
}

const queueUrl = (name: string) => `http://127.0.0.1:${ports.sqs}/000000000000/${name}`;

const send = (queue: string, MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(queue), MessageBody }));

const purge = (queue: string) => sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl(queue) }));

function processOf(name: string) {
  const found = stack.processes.get(name);
  if (!found) throw new Error(`the stack has no ${name}`);
  return found;
}

test('a system that is well calls nobody', async () => {
  const decided = async () => {
    const names = await prometheus.names();
    if (!names.includes('order_decision_seconds_count')) throw new Error(`${names.length} series`);
  };
  await untilPasses('the first decision in Prometheus', decided, WAIT_MS);
  await untilPages([]);
});

test('scoring that was killed is found, the breaker that it opens, and a dead-letter queue that fills meanwhile', async () => {
  const expected = ['BreakerOpen', 'DeadLetters', 'ServiceDown(scoring)'];
  // Asked to end, the process is not started again.
  await processOf('scoring').stop(1);
  await Promise.all(Array.from({ length: 20 }, (_, index) => send('order-dlq', `letter ${index}`)));
  await untilPages(expected, expected);
  processOf('scoring').start();
  await untilPages(['DeadLetters'], expected);
  await purge('order-dlq');
  await untilPages([], expected);
}, 150_000);

test('a poison message right after a restart of the processor is found, although it is the first dead letter', async () => {
  processOf('order-processor').kill('SIGKILL');
  const ready = () => checkHttp(`http://localhost:${ports.processor}/ready`);
  await untilPasses('the processor', ready, WAIT_MS);
  await send('order-queue', 'this is no order');
  await untilPages(['DeadLetters'], ['ServiceDown(order-processor)']);
  await purge('order-dlq');
  await untilPages([], ['DeadLetters', 'ServiceDown(order-processor)']);
}, 150_000);

test('a slow DynamoDB is found', async () => {
  const slow = 'DependencySlow(dynamodb)';
  void faults.openFor(WAIT_MS, 'latency', 1, SLOW_MS);
  await untilPages([slow]);
  faults.clear();
  await untilPasses(
    'the end of the alert',
    async () => {
      if ((await pages()).includes(slow)) throw new Error(`${slow} is firing`);
    },
    WAIT_MS,
  );
}, 150_000);

describe('the dashboards', () => {
  const folder = `${OBSERVABILITY}/grafana/dashboards`;
  const expressions = readdirSync(folder).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  });

  /** Metrics that appear with the first event of their kind: there was none of these. */
  const NEVER_HERE =
    /^(webhook_attempt_seconds|rpc_client_retries_total|requests_limited_total|rate_limit_degraded)/;

  test('ask for series that the running system has', async () => {
    const names = new Set(await prometheus.names());
    const asked = expressions.flatMap((expr) =>
      [...expr.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)/g, ' ').matchAll(NAME)].map(
        ([name]) => name,
      ),
    );
    expect(asked.length).toBeGreaterThan(60);
    const missing = [...new Set(asked)].filter((name) => !names.has(name) && !NEVER_HERE.test(name));
    expect(missing).toEqual([]);
  });

  test.each(['http_request_duration_seconds_bucket', 'order_decision_seconds_bucket'])(
    'lead from %s to traces that were exported',
    async (query) => {
      const found = (await prometheus.exemplars(query)).flatMap(({ exemplars }) => exemplars);
      const ids = found.map(({ labels }) => (labels as { trace_id?: string }).trace_id);
      expect(ids.length).toBeGreaterThan(0);
      const exported = new Set(receiver.spans.map(({ traceId }) => traceId));
      expect(ids.filter((id) => id !== undefined && exported.has(id)).length).toBeGreaterThan(0);
    },
  );
});

/** Names of metrics and records, after selectors and groups were taken out. */
const NAME = /(?<![\w:])(?:order_pipeline:[\w:]+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+|up)(?![\w:(])/g;

test('rules in quick motion keep their thresholds', () => {
  expect(quicken('expr: sum(rate(x[5m])) > 300\n        for: 3m\n        for: 30s\n', 20)).toBe(
    'expr: sum(rate(x[15s])) > 300\n        for: 9s\n        for: 3s\n',
  );
});
