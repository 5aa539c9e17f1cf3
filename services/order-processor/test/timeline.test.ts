/** The timeline of an order's attempts, and what it costs. */
import { randomBytes } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { processOrder } from '../src/process-order.js';
import { placed } from './placed.js';
import { ProtocolHarness } from './protocol-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

const timelineOf = async (orderId: string) => (await harness.store.read(orderId))?.timeline ?? [];

test('an attempt records its claim, the result of each call and the decision', async () => {
  const order = placed();
  const before = harness.clock();
  await harness.deliver(order);
  const [attempt, ...others] = await timelineOf(order.order_id);
  expect(others).toEqual([]);
  expect(attempt?.at).toBeGreaterThanOrEqual(before);
  const results = Object.fromEntries((attempt?.steps ?? []).map(([kind, , , result]) => [kind, result]));
  expect(results).toEqual({
    reserve: 'RESERVED',
    score: 'ACCEPT',
    authorize: 'AUTHORIZED',
    decide: 'COMPLETED',
  });
  const after = (kind: string) => attempt?.steps?.find(([name]) => name === kind)?.[1] ?? -1;
  expect(after('authorize')).toBeGreaterThanOrEqual(after('reserve'));
  expect(after('decide')).toBeGreaterThanOrEqual(after('authorize'));
});

test('a rejection names the call that refused, and makes no other', async () => {
  const order = placed({ amount: 1 });
  await harness.deliver(order);
  const [attempt] = await timelineOf(order.order_id);
  const steps = attempt?.steps?.map(([kind, , , result]) => [kind, result]) ?? [];
  expect(new Map(steps as [string, string][]).get('reserve')).toBe('AMOUNT_MISMATCH');
  expect(steps.map(([kind]) => kind)).not.toContain('authorize');
});

test('a failed attempt stays in the timeline with its error', async () => {
  const order = placed();
  const error = new ConnectError('fraud is gone', Code.Unavailable);
  const deps = harness.dependenciesFailingAt('score', error);
  const signal = new AbortController().signal;
  await expect(processOrder(deps, { order, signal })).rejects.toBe(error);
  const first = await harness.store.read(order.order_id);
  expect(first).toMatchObject({
    status: 'PROCESSING',
    first_error: expect.stringContaining('fraud is gone'),
  });
  harness.passLease();
  await harness.deliver(order);
  const [failed, completed] = await timelineOf(order.order_id);
  expect(failed?.error).toContain('fraud is gone');
  expect(failed?.steps?.find(([kind]) => kind === 'score')?.[3]).toBe('unavailable');
  expect(completed?.error).toBeUndefined();
  expect(completed?.steps?.at(-1)?.[3]).toBe('COMPLETED');
});

test('the record of a one-line order with every attribute stays within one write unit', async () => {
  const order = placed({
    fingerprint: randomBytes(16).toString('base64url'),
    account_created_at: new Date(),
  });
  await harness.deliver(order);
  const record = await harness.store.read(order.order_id);
  expect(record?.timeline).toHaveLength(1);
  // JSON spends more on each attribute than DynamoDB, which bills a write unit for each 1,024 bytes.
  expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(1_024);
});
