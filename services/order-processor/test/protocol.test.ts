/** Exactly one outcome, exactly one charge: a worker dies before and after every step, and another one continues. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import { errorName } from '../src/handle-message.js';
import { placed } from './placed.js';
import { CrashError, type CrashPoint, ProtocolHarness, type Step } from './protocol-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

beforeEach(() => {
  harness.decided.length = 0;
  harness.statuses.length = 0;
  harness.differences.length = 0;
  harness.captureFailures.length = 0;
});

afterAll(() => harness.stop());

/** The pieces of MUG-01 that are available now. */
async function available(): Promise<number> {
  return (await harness.traces(placed())).available;
}

const SUCCESS: readonly Step[] = [
  'claim',
  'reserve',
  'score',
  'authorize',
  'decide',
  'capture',
  'confirm',
  'publish',
];
const DECLINE: readonly Step[] = [
  'claim',
  'reserve',
  'score',
  'authorize',
  'decide',
  'void',
  'release',
  'publish',
];
const FRAUD: readonly Step[] = ['claim', 'reserve', 'score', 'decide', 'void', 'release', 'publish'];

const around = (steps: readonly Step[]): CrashPoint[] =>
  steps.flatMap((step) => [
    { step, when: 'before' as const },
    { step, when: 'after' as const },
  ]);

describe('two bodies with one order id', () => {
  test('the one that is claimed first is the order, the other is reported', async () => {
    const order = placed({ items: [], amount: 800, fingerprint: 'first' });
    const other = { ...order, amount: 5_000, fingerprint: 'second' };
    await harness.deliver(order);
    expect(harness.otherBodies).not.toContain(order.order_id);
    harness.pass(120_000);
    expect(await harness.deliver(other)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(harness.otherBodies).toContain(order.order_id);
    expect(await harness.store.read(order.order_id)).toMatchObject({ amount: 800, fingerprint: 'first' });
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
  });

  test("adds nothing to a cancellation that came before its own body's message", async () => {
    const order = placed({ items: [], amount: 800, fingerprint: 'first' });
    await harness.dynamo.put({
      TableName: harness.config.ordersTable,
      Item: {
        order_id: order.order_id,
        status: 'CANCELLED',
        fingerprint: 'first',
        attempt: 0,
        lease_until: 0,
        updated_at: new Date().toISOString(),
      },
    });
    const other = { ...order, amount: 5_000, fingerprint: 'second' };
    expect(await harness.deliver(other)).toEqual({ kind: 'settled', status: 'CANCELLED' });
    expect(await harness.store.read(order.order_id)).not.toHaveProperty('amount');
    await harness.deliver(order);
    expect(await harness.store.read(order.order_id)).toMatchObject({ amount: 800, fingerprint: 'first' });
  });

  test('a later attempt of the other body continues with the first', async () => {
    const order = placed({ items: [], amount: 800, fingerprint: 'first' });
    await expect(harness.deliver(order, { step: 'score', when: 'before' })).rejects.toThrow(CrashError);
    harness.pass(120_000);
    await harness.deliver({ ...order, amount: 5_000, fingerprint: 'second' });
    expect(await harness.store.read(order.order_id)).toMatchObject({
      status: 'COMPLETED',
      amount: 800,
      fingerprint: 'first',
    });
  });
});

describe('each outcome, without faults', () => {
  test.each([
    ['completes', {}, 'COMPLETED', undefined, 'CAPTURED', 1, -2],
    ['completes without items', { items: [], amount: 999 }, 'COMPLETED', undefined, 'CAPTURED', 1, 0],
    [
      'is declined',
      { payment_method: 'tok_chargeDeclined' },
      'REJECTED',
      'PAYMENT_DECLINED',
      'DECLINED',
      0,
      0,
    ],
    ['looks like fraud', { items: [], amount: 2_000_000 }, 'REJECTED', 'FRAUD_SUSPECTED', 'VOIDED', 0, 0],
    ['has another total', { amount: 1 }, 'REJECTED', 'AMOUNT_MISMATCH', 'VOIDED', 0, 0],
  ] as const)('%s', async (_, changes, status, reason, payment, captures, sold) => {
    const before = await available();
    const order = placed(changes);
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status, ...(reason && { reason }) });
    expect(await harness.traces(order)).toEqual({
      status,
      reason,
      payment,
      captures,
      available: before + sold,
      holds: 0,
    });
    expect(harness.decided).toEqual([status]);
    expect(harness.statuses).toEqual(['PROCESSING', status]);
  });

  test.each([
    ['VINYL-01', 2500, 'OUT_OF_STOCK'],
    ['NO-SUCH', 2500, 'UNKNOWN_SKU'],
  ])('%s', async (sku, amount, reason) => {
    const order = placed({ items: [{ sku, quantity: 1 }], amount });
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'REJECTED', reason });
    expect(await harness.traces(order)).toMatchObject({ status: 'REJECTED', reason, captures: 0 });
  });

  test('a gateway that loses its response is asked again, and charges once', async () => {
    const order = placed({ payment_method: 'tok_timeout' });
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
  });
});

describe('the worker dies', () => {
  describe.each([
    ['an order that completes', {}, SUCCESS, 'COMPLETED', 1, -2],
    ['an order that is declined', { payment_method: 'tok_chargeDeclined' }, DECLINE, 'REJECTED', 0, 0],
    [
      'an order that looks like fraud',
      { amount: 1_000_000, items: [{ sku: 'MUG-01', quantity: 800 }] },
      FRAUD,
      'REJECTED',
      0,
      0,
    ],
  ] as const)('%s', (_, changes, steps, status, captures, sold) => {
    test.each(around(steps))('$when $step', async (crash) => {
      const before = await available();
      const order = placed(changes as Partial<PlacedOrder>);
      await expect(harness.deliver(order, crash)).rejects.toThrow(CrashError);
      harness.passLease();
      expect(await harness.deliver(order)).toMatchObject({ kind: 'settled', status });
      harness.passLease();
      expect(await harness.deliver(order)).toMatchObject({ kind: 'settled', status });
      expect(await harness.traces(order)).toMatchObject({
        status,
        captures,
        available: before + sold,
        holds: 0,
      });
      expect(harness.decided.length).toBeLessThanOrEqual(1);
      const events = harness.events.filter(({ subject }) => subject === order.order_id);
      expect(new Set(events.map(({ id }) => id))).toEqual(
        new Set([`${order.order_id}:${status.toLowerCase()}`]),
      );
      expect(new Set(events.map((event) => JSON.stringify(event))).size).toBe(1);
    });
  });

  test('twice, at different steps', async () => {
    const before = await available();
    const order = placed();
    await expect(harness.deliver(order, { step: 'authorize', when: 'after' })).rejects.toThrow(CrashError);
    harness.passLease();
    await expect(harness.deliver(order, { step: 'decide', when: 'after' })).rejects.toThrow(CrashError);
    harness.passLease();
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await harness.traces(order)).toMatchObject({ captures: 1, available: before - 2, holds: 0 });
  });
});

describe('several workers', () => {
  test('one of many claims the order, the others retry later', async () => {
    const before = await available();
    const order = placed();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => harness.deliver(order)));
    expect(outcomes.filter(({ kind }) => kind === 'settled')).toEqual([
      { kind: 'settled', status: 'COMPLETED' },
    ]);
    expect(await harness.traces(order)).toMatchObject({ captures: 1, available: before - 2, holds: 0 });
    expect(harness.decided).toEqual(['COMPLETED']);
  });

  test.each(['reserve', 'authorize', 'decide'] as const)(
    'a worker that loses its lease before %s changes nothing any more',
    async (step) => {
      const before = await available();
      const order = placed();
      const slow = harness.deliver(order, undefined, {
        before: step,
        run: async () => {
          harness.passLease();
          expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
        },
      });
      const lost = step === 'decide' ? { kind: 'busy', until: expect.any(Number) } : 'failed_precondition';
      expect(await slow.catch(errorName)).toEqual(lost);
      expect(await harness.traces(order)).toMatchObject({ captures: 1, available: before - 2, holds: 0 });
      expect(harness.decided).toEqual(['COMPLETED']);
    },
  );

  test('a second message with the same id cannot change the order', async () => {
    const order = placed();
    await expect(harness.deliver(order, { step: 'reserve', when: 'after' })).rejects.toThrow(CrashError);
    harness.passLease();
    const other = { ...order, amount: 800, items: [{ sku: 'POSTER-01', quantity: 1 }] };
    expect(await harness.deliver(other)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await harness.store.read(order.order_id)).toMatchObject({
      amount: 2500,
      items: [{ sku: 'MUG-01', quantity: 2 }],
      attempt: 2,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
  });
});

describe('a settlement that sells other lines than the order has', () => {
  const holdsOf = async ({ order_id }: PlacedOrder) => (await harness.store.read(order_id))?.holds ?? [];

  test('is noticed when the hold that the decision counted on is gone', async () => {
    const order = placed();
    const lose = async () => {
      const holds = [...(await holdsOf(order))];
      expect(holds).toEqual([
        { sku: 'MUG-01', shard: 0, token: expect.stringMatching(/^2:1\./), quantity: 2 },
      ]);
      await harness.scoring.inventory.client.release({
        orderId: order.order_id,
        lines: [...order.items],
        holds,
      });
    };
    await harness.deliver(order, undefined, { before: 'confirm', run: lose });
    expect(harness.differences).toEqual([{ order_id: order.order_id, unsoldLines: 1 }]);
  });

  test('is not suspected when the message arrives again', async () => {
    const order = placed();
    await harness.deliver(order);
    harness.passLease();
    await harness.deliver(order);
    expect(harness.differences).toEqual([]);
  });

  test('is not suspected when another worker has settled after the lease', async () => {
    const order = placed();
    await harness.deliver(order, undefined, {
      before: 'confirm',
      run: async () => {
        harness.passLease();
        await harness.deliver(order);
      },
    });
    expect(harness.differences).toEqual([]);
  });
});

test('an order whose authorization is gone is settled, noted once, and never retried', async () => {
  const before = await available();
  const order = placed({ payment_method: 'tok_authorizationLapses' });
  expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
  harness.passLease();
  expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
  expect(harness.captureFailures).toEqual([order.order_id]);
  expect(await harness.traces(order)).toMatchObject({
    status: 'COMPLETED',
    payment: 'CAPTURE_FAILED',
    captures: 0,
    available: before - 2,
    holds: 0,
  });
  expect(await harness.store.read(order.order_id)).toMatchObject({ payment_problem: 'CAPTURE_FAILED' });
});

describe('the client cancels', () => {
  /** The API's conditional write. */
  const cancel = async (order: PlacedOrder) => {
    await harness.dynamo.update({
      TableName: harness.config.ordersTable,
      Key: { order_id: order.order_id },
      UpdateExpression:
        'SET #status = :cancelled, updated_at = :now, attempt = if_not_exists(attempt, :zero), lease_until = if_not_exists(lease_until, :zero)',
      ConditionExpression: 'attribute_not_exists(order_id) OR #status = :processing',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':cancelled': 'CANCELLED',
        ':processing': 'PROCESSING',
        ':zero': 0,
        ':now': new Date().toISOString(),
      },
    });
  };

  test.each(['claim', 'reserve', 'score', 'authorize', 'decide'] as const)('before %s', async (step) => {
    const before = await available();
    const order = placed();
    const processed = await harness.deliver(order, undefined, { before: step, run: () => cancel(order) });
    expect(processed).toEqual({ kind: 'settled', status: 'CANCELLED' });
    expect(await harness.traces(order)).toMatchObject({
      status: 'CANCELLED',
      payment: 'VOIDED',
      captures: 0,
      available: before,
      holds: 0,
    });
    expect(await harness.store.read(order.order_id)).toMatchObject({ user_id: order.user_id, amount: 2500 });
    expect(harness.decided).toEqual([]);
  });

  test('after the decision it is too late', async () => {
    const order = placed();
    const late = harness.deliver(order, undefined, { before: 'capture', run: () => cancel(order) });
    await expect(late).rejects.toThrow(ConditionFailedError);
    harness.passLease();
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
  });
});
