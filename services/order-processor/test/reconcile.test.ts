/**
 * Workers die at every step and their messages are not received again: decided orders are settled, the others reported.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { currentFields } from '@order-pipeline/platform/work';
import { createFind } from '../src/reconcile/find.js';
import { reconcile } from '../src/reconcile/reconcile.js';
import { type CrashPoint, ProtocolHarness, type Step } from './protocol-harness.js';
import {
  AGE_MS,
  abandon,
  actionsOf,
  age,
  FAST,
  pass,
  placed,
  reserveLate,
  write,
} from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

/** The pieces of MUG-01 that are available now. */
async function available(): Promise<number> {
  return (await harness.traces(placed())).available;
}

const AFTER_CLAIM: readonly CrashPoint[] = [
  { step: 'claim', when: 'after' },
  ...(['reserve', 'score', 'authorize'] as const).flatMap((step) => around(step)),
  { step: 'decide', when: 'before' },
];
const DECIDED: CrashPoint = { step: 'decide', when: 'after' };

function around(step: Step): CrashPoint[] {
  return [
    { step, when: 'before' },
    { step, when: 'after' },
  ];
}

describe('a worker that dies before its decision', () => {
  test.each(AFTER_CLAIM)('$when $step: everything is reported, nothing touched', async (crash) => {
    const order = placed();
    await abandon(harness, order, crash);
    age(harness);
    const before = await harness.traces(order);
    const { outcomes, summary } = await pass(harness);
    expect(actionsOf(outcomes, order)).toEqual([
      ...(before.payment === 'AUTHORIZED' ? ['authorization reported'] : []),
      'claim reported',
      ...(wasReserved(crash) ? ['hold reported'] : []),
    ]);
    expect(summary.stuckOrders).toBeGreaterThanOrEqual(1);
    expect(await harness.traces(order)).toEqual(before);
  });

  test('before claim: there is nothing to find', async () => {
    const order = placed();
    await abandon(harness, order, { step: 'claim', when: 'before' });
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  });
});

function wasReserved({ step, when }: CrashPoint): boolean {
  return step !== 'claim' && !(step === 'reserve' && when === 'before');
}

describe('a worker that dies after its decision', () => {
  test.each([DECIDED, ...around('capture'), ...around('confirm')])(
    'COMPLETED, $when $step: charged and sold, once',
    async (crash) => {
      const before = await available();
      const order = placed();
      await abandon(harness, order, crash);
      age(harness);
      await pass(harness);
      expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
      expect(await available()).toBe(before - 2);
      expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
    },
  );

  test.each([DECIDED, ...around('void'), ...around('release')])(
    'REJECTED for fraud, $when $step: everything is released',
    async (crash) => {
      const before = await available();
      const order = placed({ amount: 1_000_000, items: [{ sku: 'MUG-01', quantity: 800 }] });
      await abandon(harness, order, crash);
      age(harness);
      await pass(harness);
      expect(await harness.traces(order)).toMatchObject({ status: 'REJECTED', captures: 0 });
      expect(await available()).toBe(before);
      expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
    },
  );

  test('without items: the payment is captured', async () => {
    const order = placed({ items: [], amount: 999 });
    await abandon(harness, order, DECIDED);
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['authorization settled']);
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
  });

  test('is left alone until it is old', async () => {
    const order = placed();
    await abandon(harness, order, DECIDED);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold left']);
    harness.passLease();
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold left']);
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold settled']);
  });
});

describe('an order that is stuck', () => {
  test.each(['FAILED', 'CANCELLED'] as const)('and then %s gets everything back', async (status) => {
    const before = await available();
    const order = placed();
    await abandon(harness, order, { step: 'authorize', when: 'after' });
    age(harness);
    await write(harness, order, { status });
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold settled']);
    expect(await harness.traces(order)).toMatchObject({ payment: 'VOIDED', captures: 0 });
    expect(await available()).toBe(before);
  });

  test('and then claimed again is left to its worker', async () => {
    const order = placed();
    await abandon(harness, order, { step: 'authorize', when: 'after' });
    age(harness);
    await abandon(harness, order, { step: 'claim', when: 'after' });
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['authorization left', 'hold left']);
  });
});

describe('a stray hold', () => {
  test.each([
    ['without an order', undefined],
    [
      'of an order that was cancelled before its claim',
      {
        status: 'CANCELLED',
        attempt: 0,
        lease_until: 0,
        updated_at: '2026-01-15T09:30:00.000Z',
        event_published: true,
      },
    ],
  ])('%s is reported, however old', async (_, record) => {
    const order = placed();
    if (record) await write(harness, order, record);
    await reserveLate(harness, order);
    age(harness);
    for (let passes = 0; passes < 2; passes += 1) {
      expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold reported']);
      age(harness);
    }
  });

  test("a zombie's on a refused order is released", async () => {
    const before = await available();
    const order = placed({ payment_method: 'tok_chargeDeclined' });
    await harness.deliver(order);
    await reserveLate(harness, order);
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold released']);
    expect(await available()).toBe(before);
  });

  test("a zombie's on a completed order is released and never sold", async () => {
    const before = await available();
    const order = placed();
    await harness.deliver(order);
    await reserveLate(harness, order);
    age(harness);
    expect(await available()).toBe(before - 4);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['hold released']);
    expect(await available()).toBe(before - 2);
    expect(await harness.traces(order)).toMatchObject({ captures: 1 });
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  });
});

describe('a pass', () => {
  test('reports orders that could not be settled, and continues with the others', async () => {
    const [torn, healthy] = [placed(), placed()];
    for (const order of [torn, healthy]) await abandon(harness, order, DECIDED);
    await harness.scoring.payment.client.void({ orderId: torn.order_id });
    age(harness);
    const { outcomes, summary } = await pass(harness);
    expect(actionsOf(outcomes, torn)).toEqual(['hold failed']);
    expect(actionsOf(outcomes, healthy)).toEqual(['hold settled']);
    expect(summary).toMatchObject({ failed: 1 });
    expect(outcomes.find(({ action }) => action === 'failed')?.error).toMatchObject({
      message: expect.stringContaining('VOIDED'),
    });
  });

  test('skips records that do not parse, and names them', async () => {
    const [broken, healthy] = [placed(), placed()];
    for (const order of [broken, healthy]) await abandon(harness, order, DECIDED);
    await write(harness, broken, { updated_at: 7 });
    age(harness);
    const { outcomes, summary } = await pass(harness);
    expect(actionsOf(outcomes, broken)).toEqual(['authorization failed', 'hold failed']);
    expect(actionsOf(outcomes, healthy)).toEqual(['hold settled']);
    expect(summary).toMatchObject({ failed: 2 });
    expect(outcomes.find(({ action }) => action === 'failed')?.error).toMatchObject({
      name: 'MalformedItemError',
      key: broken.order_id,
    });
    await write(harness, broken, { updated_at: '2026-01-15T09:30:00.000Z' });
  });

  test('fails after everything else when a table has items that cannot be read', async () => {
    const order = placed();
    await abandon(harness, order, DECIDED);
    const sku = `broken-${order.order_id}`;
    await harness.dynamo.put({
      TableName: harness.config.inventoryTable,
      Item: { sku, holds: { o: 1 } },
    });
    age(harness);
    await expect(pass(harness)).rejects.toMatchObject({ name: 'MalformedItemError', key: sku });
    expect(await harness.traces(order)).toMatchObject({ captures: 1 });
    const holds = { TableName: harness.config.inventoryTable, Item: { sku, holds: {} } };
    await harness.dynamo.put(holds);
  });

  test('settles nothing in a dry run', async () => {
    const order = placed();
    await abandon(harness, order, DECIDED);
    age(harness);
    const before = await harness.traces(order);
    const { outcomes } = await pass(harness, { dryRun: true });
    expect(actionsOf(outcomes, order)).toEqual(['authorization planned', 'hold planned']);
    expect(await harness.traces(order)).toEqual(before);
  });

  test('settles each order once alongside other passes and workers', async () => {
    const before = await available();
    const orders = Array.from({ length: 8 }, () => placed());
    for (const order of orders) await abandon(harness, order, DECIDED);
    age(harness);
    await Promise.allSettled([
      pass(harness),
      pass(harness),
      ...orders.map((order) => harness.deliver(order)),
    ]);
    await pass(harness);
    for (const order of orders)
      expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
    expect(await available()).toBe(before - 16);
  });

  test('ends when its signal aborts, at a page and in the midst of a settlement', async () => {
    const order = placed();
    await abandon(harness, order, DECIDED);
    age(harness);
    const stopped = AbortSignal.abort(new Error('stopping'));
    await expect(pass(harness, { signal: stopped })).rejects.toThrow();

    const stop = new AbortController();
    const { inventory } = harness.scoring;
    const scoring = {
      ...harness.scoring,
      inventory: {
        ...inventory,
        client: {
          ...inventory.client,
          confirm: async (...args: Parameters<typeof inventory.client.confirm>) => {
            stop.abort(new Error('stopping'));
            return inventory.client.confirm(...args);
          },
        },
      },
    };
    const { dynamo, config, store, clock } = harness;
    const run = reconcile(
      { find: createFind(dynamo, config, FAST), store, scoring, events: harness.sink, clock },
      { ageMs: AGE_MS, dryRun: false, signal: stop.signal, onFinding: () => undefined },
    );
    await expect(run).rejects.toThrow('stopping');
    await pass(harness);
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
  });

  test('reads page by page and pays for each before the next', async () => {
    const order = placed({
      items: [
        { sku: 'MUG-01', quantity: 1 },
        { sku: 'POSTER-01', quantity: 1 },
      ],
      amount: 2050,
    });
    await abandon(harness, order, DECIDED);
    age(harness);
    const pauses: number[] = [];
    const pace = {
      pageItems: 1,
      readUnitsPerSecond: 10,
      pause: async (milliseconds: number) => {
        pauses.push(milliseconds);
      },
    };
    const { outcomes } = await pass(harness, {}, pace);
    expect(actionsOf(outcomes, order)).toEqual(['hold settled']);
    expect(pauses.length).toBeGreaterThan(10);
    expect(Math.min(...pauses)).toBe(50);
  });
});

test('log lines about an order name it and its trace', async () => {
  const order = placed();
  await abandon(harness, order, DECIDED);
  age(harness);
  const record = await harness.store.read(order.order_id);
  const seen: object[] = [];
  await pass(harness, {
    onFinding: ({ finding }) => {
      if (finding.orderId === order.order_id) seen.push(currentFields());
    },
  });
  expect(seen.length).toBeGreaterThan(0);
  const { order_id, request_id, trace_id } = record ?? {};
  const fields = Object.entries({ order_id, request_id, trace_id }).filter(
    ([, value]) => value !== undefined,
  );
  for (const line of seen) expect(line).toMatchObject({ ...Object.fromEntries(fields), attempt: 1 });
});
