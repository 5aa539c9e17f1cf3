/** Orders that the API ended, and that no worker will ever meet, have their event from the reconciler. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { ORDER_MESSAGE_MAX_AGE_MS } from '@order-pipeline/contracts/queues';
import { toCancelWrite, toExpiryWrite } from '@order-pipeline/order-protocol/decide/cancel';
import { faultsOf } from '../../../packages/contracts/test/event-schemas.js';
import { decideVerdict } from '../src/reconcile/decide.js';
import { ProtocolHarness } from './protocol-harness.js';
import { actionsOf, pass, placed } from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

type Order = ReturnType<typeof placed>;

/** Ends an order that nobody has claimed, as the API does. */
async function end({ order_id }: Order, status: 'FAILED' | 'CANCELLED', at = harness.clock()): Promise<void> {
  const { update, condition, values } = (status === 'FAILED' ? toExpiryWrite : toCancelWrite)(at, 'write');
  const names = [...new Set(`${update} ${condition}`.match(/#\w+/g))];
  await harness.dynamo.update({
    TableName: harness.config.ordersTable,
    Key: { order_id },
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
    ExpressionAttributeValues: { ...values },
  });
}

const eventsOf = ({ order_id }: Order) => harness.events.filter(({ subject }) => subject === order_id);

/** Long enough for a message to expire. */
const longAgo = () => harness.clock() - ORDER_MESSAGE_MAX_AGE_MS - 1_000;

test('an order whose message expired is published once, and the event fits its schema', async () => {
  const order = placed();
  await end(order, 'FAILED');
  expect(actionsOf((await pass(harness, { dryRun: true })).outcomes, order)).toEqual(['event planned']);
  expect(eventsOf(order)).toEqual([]);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['event settled']);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  const [event, ...others] = eventsOf(order);
  expect(others).toEqual([]);
  expect(event).toMatchObject({ id: `${order.order_id}:failed`, type: 'order.failed' });
  expect(event?.data).toMatchObject({ status: 'FAILED', reason: 'QUEUE_EXPIRED' });
  expect(faultsOf('orders.v1.OrderEvent', event)).toEqual([]);
});

test('an order that was cancelled before its claim is published by the worker that meets its message', async () => {
  const order = placed();
  await end(order, 'CANCELLED');
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  await harness.deliver(order);
  expect(eventsOf(order)).toMatchObject([
    { id: `${order.order_id}:cancelled`, data: { user_id: order.user_id, amount: order.amount } },
  ]);
});

test('one whose message expired meanwhile is published once, and again with all its data if the message turns up', async () => {
  const order = placed();
  await end(order, 'CANCELLED', longAgo());
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['event settled']);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  await harness.deliver(order);
  const ids = eventsOf(order).map(({ id }) => id);
  expect(ids).toEqual(Array(2).fill(`${order.order_id}:cancelled`));
});

test('a pass that dies between the event and its note publishes the same event again', async () => {
  const order = placed();
  await end(order, 'FAILED');
  const note = harness.store.noteEventPublished.bind(harness.store);
  harness.store.noteEventPublished = async () => {
    throw new Error('the process died');
  };
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['event failed']);
  harness.store.noteEventPublished = note;
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['event settled']);
  expect(eventsOf(order).map(({ id }) => id)).toEqual(Array(2).fill(`${order.order_id}:failed`));
});

describe('an order that no worker claimed', () => {
  const NOW = 10 * ORDER_MESSAGE_MAX_AGE_MS;
  const record: OrderRecord = {
    order_id: 'o1',
    status: 'FAILED',
    attempt: 0,
    lease_until: 0,
    updated_at: new Date(NOW).toISOString(),
  };
  const old = new Date(NOW - ORDER_MESSAGE_MAX_AGE_MS - 1).toISOString();
  it.each<[string, OrderRecord | undefined, string]>([
    ['and failed', record, 'publish'],
    ['and was cancelled just now', { ...record, status: 'CANCELLED' }, 'leave'],
    ['and was cancelled long ago', { ...record, status: 'CANCELLED', updated_at: old }, 'publish'],
    ['and is published', { ...record, event_published: true }, 'leave'],
    ['until now', { ...record, items: [] }, 'leave'],
    ['until now, and is at work', { ...record, status: 'PROCESSING', lease_until: NOW + 1 }, 'leave'],
    ['and is gone', undefined, 'leave'],
  ])('%s: %s', (_, found, action) => {
    expect(decideVerdict({ unclaimed: true }, found, NOW, 1).action).toBe(action);
  });
});
