/** An outage of the payment provider under load: real processes, a real queue. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { untilPasses } from '@order-pipeline/local/ready';
import { createSqs } from '@order-pipeline/platform/aws';
import { type E2eStack, startE2eStack } from '../src/stack.js';

/** Orders are dead-lettered after their second failed receive, so that one wasted receive shows soon. */
const MAX_RECEIVES = '2';
const OUTAGE_MS = 6_000;

let directory: string;
let outageFile: string;
let system: E2eStack;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gateway-outage-'));
  outageFile = join(directory, 'down');
  system = await startE2eStack({
    env: { LOGIN_RATE_LIMIT: '1000000/minute' },
    overrides: {
      scoring: { GATEWAY_OUTAGE_FILE: outageFile },
      'order-processor': { MAX_RECEIVES, MAX_IN_FLIGHT: '10' },
    },
  });
});

afterAll(async () => {
  await system?.stack.stop();
  await rm(directory, { recursive: true, force: true });
});

const place = async (index: number) =>
  (await system.api.place({ user_id: `user-${index}`, amount: 999 })).poll_url;

const placeMany = (from: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => place(from + index)));

async function metric(port: number, line: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  if (found === undefined) throw new Error(`no metric ${line}`);
  return Number(found.slice(line.length));
}

async function untilMetric(port: number, line: string, value: number): Promise<void> {
  const check = async () => {
    const now = await metric(port, line);
    if (now !== value) throw new Error(`${line} is ${now}`);
  };
  await untilPasses(line, check, 30_000);
}

async function statusOf(pollUrl: string): Promise<string> {
  const response = await fetch(pollUrl);
  return ((await response.json()) as { status: string }).status;
}

async function deadLetters(): Promise<number> {
  const sqs = createSqs({
    region: 'us-east-1',
    maxAttempts: 1,
    requestTimeoutMs: 5_000,
  });
  try {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: `http://127.0.0.1:${system.ports.sqs}/000000000000/order-dlq`,
        AttributeNames: ['All'],
      }),
    );
    return Number(Attributes.ApproximateNumberOfMessages);
  } finally {
    sqs.destroy();
  }
}

test('no order is dead-lettered, and all complete once the provider is back', async () => {
  const breaker = 'rpc_breaker_open{service="payment.v1.PaymentService"}';
  const polls = await placeMany(0, 5);
  await writeFile(outageFile, '');
  polls.push(...(await placeMany(100, 40)));
  await untilMetric(system.ports.scoringHttp, 'payment_gateway_down', 1);
  await untilMetric(system.ports.processor, breaker, 1);
  const ready = await fetch(`http://127.0.0.1:${system.ports.scoringHttp}/ready`);
  expect(ready.status).toBe(200);
  // The breaker stays open for as long as the outage lasts.
  const endsAt = Date.now() + OUTAGE_MS;
  while (Date.now() < endsAt) {
    expect(await metric(system.ports.processor, breaker)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await rm(outageFile);
  await untilMetric(system.ports.processor, breaker, 0);
  const check = async () => {
    const statuses = await Promise.all(polls.map(statusOf));
    const open = statuses.filter((status) => status !== 'COMPLETED');
    if (open.length > 0) throw new Error(`${open.length} orders are not COMPLETED: ${open[0]}`);
  };
  await untilPasses('every order is completed', check, 60_000);
  expect(await deadLetters()).toBe(0);
});
