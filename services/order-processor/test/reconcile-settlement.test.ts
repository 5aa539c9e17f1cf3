/** Settlements that failed and whose message is gone are completed from the record. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { cancelRecord } from '@order-pipeline/order-protocol/cancel';
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import { createLogger } from '@order-pipeline/platform/logger';
import { handleMessage } from '../src/handle-message.js';
import { ProtocolHarness } from './protocol-harness.js';
import { abandon, actionsOf, age, pass, placed } from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

const eventsOf = ({ order_id }: PlacedOrder) =>
  harness.events.filter(({ subject }) => subject === order_id).map(({ id }) => id);

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
  const message = {
    id: 'm',
    body: encodeOrderPlaced(order),
    receiptHandle: 'r',
    receiveCount: 5,
    attributes: {},
  };
  const deliver = () =>
    handleMessage(deps, message as never, new AbortController().signal, createLogger('test', 'silent'));
  expect((await deliver()).acknowledgement).toMatchObject({ kind: 'wait' });
  harness.store.noteSettlementDue = noteSettlementDue;
  harness.passLease();
  expect((await deliver()).acknowledgement).toMatchObject({ kind: 'dead-letter' });
  expect(await isDue(order)).toBe(true);
});
