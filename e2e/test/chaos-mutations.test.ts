/** The harness finds defects: each takes one safeguard away from the running services, in the situation it is there for. */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { ApiProblemError } from '../src/api-client.js';
import { placeOrders, readLast } from '../src/chaos/buyers.js';
import { check } from '../src/chaos/checker.js';
import { drain, reconcileAll } from '../src/chaos/drain.js';
import type { OrderBody } from '../src/chaos/history.js';
import { applyEdit, type MutationName } from '../src/chaos/mutations/mutations.js';
import { Recorder } from '../src/chaos/recorder.js';
import { readHistory } from '../src/chaos/run.js';
import { type ChaosSystem, startSystem } from '../src/chaos/system.js';

describe('an edit', () => {
  const edit = { module: '/a.js', from: 'x > 1', to: 'true' };

  test('changes one place', () => {
    expect(applyEdit('if (x > 1) y();', edit)).toBe('if (true) y();');
  });

  test.each([
    ['if (x > 2) y();', 0],
    ['if (x > 1) y(x > 1);', 2],
  ])('of %j is refused', (source, times) => {
    expect(() => applyEdit(source, edit)).toThrow(`/a.js has "x > 1" ${times} times instead of once`);
  });
});

let system: ChaosSystem | undefined;
afterEach(() => system?.stop());

const MUG: OrderBody = {
  user_id: 'buyer-1',
  amount: 1250,
  items: [{ sku: 'CHAOS-MUG', quantity: 1 }],
  payment_method: 'pm_card_visa',
};
const REQUEST = 'request-1';
const DRAIN_TIMEOUT_MS = 60_000;
const FAULT_MAX_MS = 60_000;

async function start(mutation: MutationName | undefined): Promise<ChaosSystem> {
  system = await startSystem({ seed: 1, orders: 100, kinds: [], mutation });
  system.messages.stop();
  return system;
}

async function violationsIn(running: ChaosSystem, recorder: Recorder): Promise<string[]> {
  await drain(running, DRAIN_TIMEOUT_MS);
  await reconcileAll(running);
  const violations = check(await readHistory(running, recorder));
  return [...new Set(violations.map(({ kind }) => kind))];
}

/** An order is settled, and its message is delivered again. */
async function deliverTwice(running: ChaosSystem, recorder: Recorder): Promise<void> {
  const order = { ...MUG, order_id: randomUUID(), currency: 'USD', created_at: new Date().toISOString() };
  const outcome = { kind: 'accepted', order_id: order.order_id, poll_url: '' } as const;
  recorder.posts.push({ body: MUG, request_id: REQUEST, outcome });
  for (let delivery = 0; delivery < 2; delivery += 1) {
    await running.sqs.send(
      new SendMessageCommand({
        QueueUrl: running.queueUrls[ORDER_QUEUE.name],
        MessageBody: encodeOrderPlaced(order),
        MessageAttributes: { request_id: { DataType: 'String', StringValue: REQUEST } },
      }),
    );
    await drain(running, DRAIN_TIMEOUT_MS);
  }
}

function refusedAsDecided(error: unknown): undefined {
  if (!(error instanceof ApiProblemError && error.status === 409)) throw error;
}

/** A buyer cancels while a worker waits for the payment. Returns true where the worker was not faster. */
async function cancelWhileProcessing({ api }: ChaosSystem, recorder: Recorder): Promise<boolean> {
  const body = { ...MUG, payment_method: 'pm_card_slow' };
  const request_id = randomUUID();
  const { order_id, poll_url } = await api.place(body, { requestId: request_id });
  recorder.posts.push({ body, request_id, outcome: { kind: 'accepted', order_id, poll_url } });
  while ((await api.read(poll_url)).status === 'PENDING');
  const cancelled = await api.cancel(poll_url).catch(refusedAsDecided);
  if (cancelled) recorder.sightings.push({ order_id, status: 'CANCELLED' });
  return cancelled !== undefined;
}

/** A buyer orders while the answers of SQS are lost. */
async function orderWithoutAnswers(running: ChaosSystem, recorder: Recorder): Promise<void> {
  const buyers = { api: running.api, recorder, closed: new AbortController().signal };
  void running.faults.sqs.openFor(FAULT_MAX_MS, 'cut-after', 1, 0);
  await placeOrders(buyers, [{ atMs: 0, body: MUG, posts: 1, followed: false }]);
  running.faults.sqs.clear();
  await drain(running, DRAIN_TIMEOUT_MS);
  await readLast(buyers);
}

test('none of the situations does harm', async () => {
  const running = await start(undefined);
  const recorder = new Recorder();
  await deliverTwice(running, recorder);
  await orderWithoutAnswers(running, recorder);
  for (let tries = 0; tries < TRIES_MAX; tries += 1)
    if (await cancelWhileProcessing(running, recorder)) break;
  expect(recorder.sightings).toHaveLength(1);
  expect(recorder.posts[1]?.outcome).toMatchObject({ kind: 'unknown', poll_url: expect.any(String) });
  expect(await violationsIn(running, recorder)).toEqual([]);
}, 240_000);

const TRIES_MAX = 10;

describe('a message that is delivered again', () => {
  test.each<[MutationName, string, string[]]>([
    ['claim', 'sold and counted twice without the condition of the claim', ['oversold', 'miscounted']],
    ['capture', 'captured twice without idempotent captures', ['ledger']],
  ])(
    '%s: is %s',
    async (mutation, _, violations) => {
      const running = await start(mutation);
      const recorder = new Recorder();
      await deliverTwice(running, recorder);
      expect(await violationsIn(running, recorder)).toEqual(violations);
    },
    120_000,
  );
});

test('decide: a cancellation is overwritten without the condition of the decision', async () => {
  const running = await start('decide');
  const recorder = new Recorder();
  let violations: string[] = [];
  for (let tries = 0; tries < TRIES_MAX && violations.length === 0; tries += 1) {
    await cancelWhileProcessing(running, recorder);
    violations = await violationsIn(running, recorder);
  }
  expect(violations).toContain('backwards');
}, 240_000);

test('outcome: an order is denied where an unknown outcome counts as a refusal', async () => {
  const running = await start('outcome');
  const recorder = new Recorder();
  await orderWithoutAnswers(running, recorder);
  expect(await violationsIn(running, recorder)).toEqual(['untrue-refusal']);
}, 120_000);
