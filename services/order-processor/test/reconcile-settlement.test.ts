/** Settlements that failed and whose message is gone are completed from the record. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { cancelRecord } from '@order-pipeline/order-protocol/cancel';
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { createLogger } from '@order-pipeline/platform/logger';
import { type HandledMessage, handleMessage } from '../src/handle-message.js';
import type { ProtocolDeps } from '../src/process-order.js';
import { ProtocolHarness } from './protocol-harness.js';
import { abandon, actionsOf, age, pass, placed } from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

const eventsOf = ({ order_id }: PlacedOrder) =>
  harness.events.filter(({ subject }) => subject === order_id).map(({ id }) => id);

/** One receive of the order's message. */
function receive(deps: ProtocolDeps, order: PlacedOrder, receiveCount: number): Promise<HandledMessage> {
  const body = encodeOrderPlaced(order);
  const message = { id: 'm', body, receiptHandle: 'r', receiveCount, attributes: {} };
  return handleMessage(deps, message as never, new AbortController().signal, createLogger('test', 'silent'));
}

/** An order that is rejected, so that it has neither holds nor an authorization. */
const rejected = () => placed({ items: [{ sku: 'NO-SUCH', quantity: 1 }] });

const OUT = new StoreUnavailableError('the table is out');

/** A receive that decides the order, and does not learn that it did. */
async function decideUnanswered(order: PlacedOrder, receiveCount: number): Promise<HandledMessage> {
  const decide = harness.store.decide.bind(harness.store);
  harness.store.decide = async (...write) => {
    await decide(...write);
    throw OUT;
  };
  const handled = await receive(harness.dependenciesFailingAt('publish', OUT), order, receiveCount);
  harness.store.decide = decide;
  return handled;
}

const isDue = async ({ order_id }: PlacedOrder) => (await harness.store.read(order_id))?.settlement_due;

test('an event that could not be published is published without its message', async () => {
  const order = placed();
  await expect(harness.deliver(order, { step: 'publish', when: 'before' })).rejects.toThrow();
  expect(await isDue(order)).toBe(true);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['settlement settled']);
  expect(eventsOf(order)).toEqual([`${order.order_id}:completed`]);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  expect(await isDue(order)).toBeUndefined();
});

test('a worker that meets the message again leaves nothing due', async () => {
  const order = placed();
  await expect(harness.deliver(order, { step: 'publish', when: 'before' })).rejects.toThrow();
  harness.passLease();
  await harness.deliver(order);
  expect(await isDue(order)).toBeUndefined();
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
});

test('an order that is cancelled after its message is gone has its event', async () => {
  const order = placed();
  await abandon(harness, order, { step: 'reserve', when: 'before' });
  const orders = openOrders(harness.dynamo, harness.config.ordersTable);
  await cancelRecord(orders, order.order_id, harness.clock());
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['settlement settled']);
  expect(eventsOf(order)).toEqual([`${order.order_id}:cancelled`]);
});

test('a message stays with its worker while its settlement can be neither done nor noted', async () => {
  const order = placed();
  const deps = harness.dependenciesFailingAt('publish', new TypeError('no topic'));
  const noteSettlementDue = harness.store.noteSettlementDue.bind(harness.store);
  harness.store.noteSettlementDue = () => Promise.reject(new Error('no table'));
  const deliver = () => receive(deps, order, 5);
  expect((await deliver()).acknowledgement).toMatchObject({ kind: 'wait' });
  harness.store.noteSettlementDue = noteSettlementDue;
  harness.passLease();
  expect((await deliver()).acknowledgement).toMatchObject({ kind: 'dead-letter' });
  expect(await isDue(order)).toBe(true);
});

test('an order whose decision was not answered has its event without its dead letter', async () => {
  const order = rejected();
  expect((await decideUnanswered(order, 1)).acknowledgement.kind).toBe('later');
  const unclaimable = harness.dependenciesFailingAt('claim', OUT);
  for (const count of [2, 3, 4])
    expect((await receive(unclaimable, order, count)).acknowledgement.kind).toBe('later');
  expect((await receive(unclaimable, order, 5)).acknowledgement.kind).toBe('dead-letter');
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['settlement settled']);
  expect(eventsOf(order)).toEqual([`${order.order_id}:rejected`]);
});

test('a message is no dead letter while it cannot be noted whether its order is decided', async () => {
  const order = rejected();
  await abandon(harness, order, { step: 'decide', when: 'after' });
  const deps = harness.dependenciesFailingAt('claim', OUT);
  const noteSettlementDue = harness.store.noteSettlementDue.bind(harness.store);
  harness.store.noteSettlementDue = () => Promise.reject(OUT);
  expect((await receive(deps, order, 5)).acknowledgement.kind).toBe('wait');
  harness.store.noteSettlementDue = noteSettlementDue;
  expect((await receive(deps, order, 5)).acknowledgement.kind).toBe('dead-letter');
  expect(await isDue(order)).toBe(true);
});

test('a worker that finds a decision notes it before it settles', async () => {
  const order = rejected();
  await abandon(harness, order, { step: 'decide', when: 'after' });
  expect(await isDue(order)).toBeUndefined();
  harness.passLease();
  let due: boolean | undefined;
  const run = async () => {
    due = await isDue(order);
  };
  await harness.deliver(order, undefined, { before: 'void', run });
  expect(due).toBe(true);
  expect(await isDue(order)).toBeUndefined();
});

test('a decision after the first attempt says that its settlement is due', async () => {
  const order = rejected();
  await abandon(harness, order, { step: 'reserve', when: 'before' });
  harness.passLease();
  await abandon(harness, order, { step: 'decide', when: 'after' });
  expect(await isDue(order)).toBe(true);
});

test('a decision on a repeated receive says that its settlement is due', async () => {
  const order = rejected();
  await decideUnanswered(order, 2);
  expect(await isDue(order)).toBe(true);
});

describe('a cancelled order that inventory refuses to read', () => {
  async function cancelledPoison() {
    const order = placed({ items: [{ sku: 'S'.repeat(300), quantity: 1 }] });
    await expect(harness.deliver(order)).rejects.toThrow();
    const orders = openOrders(harness.dynamo, harness.config.ordersTable);
    await cancelRecord(orders, order.order_id, harness.clock());
    age(harness);
    return order;
  }

  test('is settled by the reconciler', async () => {
    const order = await cancelledPoison();
    expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['settlement settled']);
    expect(eventsOf(order)).toEqual([`${order.order_id}:cancelled`]);
    expect(await isDue(order)).toBeUndefined();
  });

  test('is settled by the worker that has its message', async () => {
    const order = await cancelledPoison();
    expect(await harness.deliver(order)).toMatchObject({ kind: 'settled', status: 'CANCELLED' });
    expect(eventsOf(order)).toEqual([`${order.order_id}:cancelled`]);
  });
});
