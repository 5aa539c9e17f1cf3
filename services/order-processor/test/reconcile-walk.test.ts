/** Of all processes one reconciles, a piece at a time: the lease, the bookmark, and what the provider has open. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RECONCILER_KEY } from '@order-pipeline/contracts/orders';
import { createRegistry } from '@order-pipeline/platform/metrics';
import type { Finding } from '../src/reconcile/decide.js';
import { createFind, type WalkCursor } from '../src/reconcile/find.js';
import { ReconcilerLease } from '../src/reconcile/lease.js';
import { startReconciler } from '../src/reconcile/reconciler.js';
import { LOGGER, until } from './harness.js';
import { placed } from './placed.js';
import { ProtocolHarness } from './protocol-harness.js';
import { abandon, actionsOf, age, pass } from './reconcile-harness.js';

let harness: ProtocolHarness;
beforeAll(async () => {
  harness = await ProtocolHarness.start();
});
afterAll(() => harness.stop());

describe('the lease', () => {
  const lease = (owner: string) => new ReconcilerLease(harness.dynamo, harness.config.ordersTable, owner);

  test('is held by one, renewed by it, and taken over when it has expired', async () => {
    const [first, second] = [lease('first'), lease('second')];
    expect(await first.take(1_000, 100)).toMatchObject({ stuck: 0, stuck_before: 0 });
    expect(await second.take(1_100, 100)).toBeUndefined();
    expect(await first.take(1_090, 100)).toBeDefined();
    expect(await second.take(1_190, 100)).toBeUndefined();
    expect(await second.take(1_191, 100)).toBeDefined();
    expect(await first.take(1_200, 100)).toBeUndefined();
  });

  test('of many at once one takes it', async () => {
    const owners = Array.from({ length: 10 }, () => lease(randomUUID()));
    const taken = await Promise.all(owners.map((one) => one.take(1_000_000, 100)));
    expect(taken.filter((bookmark) => bookmark !== undefined)).toHaveLength(1);
  });

  test('hands on the bookmark, which only its holder writes', async () => {
    const [first, second] = [lease('first'), lease('second')];
    await first.take(2_000_000, 100);
    const cursor: WalkCursor = { table: 'orders', after: 'o7' };
    await first.save({ cursor, stuck: 3, stuck_before: 2 });
    expect(await second.take(2_000_101, 100)).toMatchObject({ cursor, stuck: 3, stuck_before: 2 });
    await first.save({ stuck: 9, stuck_before: 9 });
    expect(await second.take(2_000_102, 100)).toMatchObject({ cursor, stuck: 3 });
    await second.save({ stuck: 0, stuck_before: 3 });
    expect(await second.take(2_000_103, 100)).not.toHaveProperty('cursor');
  });
});

describe('a walk', () => {
  test('continues where the last one ended, and meets every item once', async () => {
    const orders = [];
    for (let order = 0; order < 7; order += 1) {
      orders.push(placed({ items: [], amount: 999 }));
      await abandon(harness, orders.at(-1) ?? placed(), { step: 'claim', when: 'after' });
    }
    age(harness);
    const find = createFind(harness.dynamo, harness.config, { pageItems: 2, readUnitsPerSecond: 1_000_000 });
    const overdue = { now: harness.clock(), ageMs: 25_000 };
    const found: Finding[] = [];
    let from: WalkCursor | undefined;
    let walks = 0;
    do {
      let next: WalkCursor | undefined;
      // One page costs half a unit.
      const walk = { from, maxReadUnits: 0.5, onPage: (cursor: WalkCursor | undefined) => (next = cursor) };
      for await (const page of find(overdue, new AbortController().signal, walk)) found.push(...page);
      from = next;
      walks += 1;
      expect(walks).toBeLessThan(50);
    } while (from);
    expect(walks).toBeGreaterThan(3);
    for (const { order_id } of orders)
      expect(found.filter(({ kind, orderId }) => kind === 'claim' && orderId === order_id)).toHaveLength(1);
  });

  test('of several processes one takes, and finds what is open', async () => {
    const order = placed();
    await abandon(harness, order, { step: 'decide', when: 'after' });
    age(harness);
    await harness.dynamo.update({
      TableName: harness.config.ordersTable,
      Key: { order_id: RECONCILER_KEY },
      UpdateExpression: 'REMOVE lease_until',
    });
    const { dynamo, scoring, config, clock } = harness;
    const reconcile = { intervalMs: 50, ageMs: 25_000, readUnitsPerSecond: 1_000_000 };
    const registries = [createRegistry(), createRegistry(), createRegistry()];
    const events = { publish: () => Promise.resolve() };
    const reconcilers = registries.map((registry) =>
      startReconciler({
        dynamo,
        scoring,
        events,
        config: { ...config, reconcile },
        clock,
        registry,
        logger: LOGGER,
      }),
    );
    await until('the order to be settled', async () => (await harness.traces(order)).payment === 'CAPTURED');
    await Promise.all(reconcilers.map((reconciler) => reconciler.stop()));
    const ran = await Promise.all(
      registries.map(async (registry) => {
        const text = await registry.metrics();
        return Number(/^reconciler_last_run_timestamp_seconds (\S+)$/m.exec(text)?.[1]) > 0;
      }),
    );
    expect(ran.filter((one) => one).length).toBeLessThanOrEqual(1);
  });
});

describe('an authorization that the provider has open', () => {
  test('and the ledger has voided is voided at the provider', async () => {
    const order = placed();
    // A worker died between the provider's late approval and its void.
    await harness.dynamo.put({
      TableName: harness.config.paymentsTable,
      Item: {
        order_id: order.order_id,
        state: 'VOIDED',
        amount: 0,
        currency: '',
        gateway_reference: '',
        decline_code: '',
        capture_count: 0,
        updated_at: new Date(harness.clock()).toISOString(),
      },
    });
    await harness.provider.authorize(
      { idempotencyKey: order.order_id, amount: 2500, currency: 'USD', paymentMethod: 'tok_visa' },
      new AbortController().signal,
    );
    age(harness);
    expect(actionsOf((await pass(harness, { dryRun: true })).outcomes, order)).toEqual([
      'authorization planned',
    ]);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['authorization voided']);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  });

  test('and no ledger entry has is left to its order, whose failure voids it', async () => {
    const order = placed({ items: [], amount: 999 });
    await abandon(harness, order, { step: 'authorize', when: 'before' });
    await harness.provider.authorize(
      { idempotencyKey: order.order_id, amount: 999, currency: 'USD', paymentMethod: 'tok_visa' },
      new AbortController().signal,
    );
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toContain('authorization reported');
    await harness.store.fail(order, { note: 'lost', now: harness.clock() });
    age(harness);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['settlement settled']);
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  });
});
