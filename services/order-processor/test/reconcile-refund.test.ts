/** Refunds that a crash or a change at the provider left open are completed, published and noted. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RefundState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { ProtocolHarness } from './protocol-harness.js';
import { actionsOf, age, pass, placed } from './reconcile-harness.js';

let harness: ProtocolHarness;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
});

afterAll(() => harness.stop());

async function refunded(amount: bigint) {
  const order = placed();
  await harness.deliver(order);
  const { client } = harness.scoring.payment;
  const result = await client
    .refund({ orderId: order.order_id, refundId: 'a', amount, reason: 'broken' })
    .catch((error: unknown) => error);
  return { order, result };
}

const eventsOf = (orderId: string) =>
  harness.events.filter(({ subject, type }) => subject === orderId && type === 'order.refunded');

test('a refund without its event is published once, and noted on the order', async () => {
  const { order } = await refunded(700n);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['refund settled']);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual([]);
  expect(eventsOf(order.order_id)).toMatchObject([
    { id: `${order.order_id}:refunded:a`, data: { refunded_amount: 700 } },
  ]);
  expect(await harness.store.read(order.order_id)).toMatchObject({
    refunded_amount: 700,
    refunds_published: 1,
  });
});

test('a refund whose answer was lost is asked for again', async () => {
  const provider = harness.provider;
  const refund = provider.refund.bind(provider);
  provider.refund = async (...args) => {
    await refund(...args);
    throw new TypeError('the process died');
  };
  const { order, result } = await refunded(300n);
  provider.refund = refund;
  expect(result).toBeInstanceOf(Error);
  age(harness);
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['refund settled']);
  const { payment } = await harness.scoring.payment.client.getPayment({ orderId: order.order_id });
  expect(payment).toMatchObject({ refundedAmount: 300n, refunds: [{ state: RefundState.DONE }] });
  expect(eventsOf(order.order_id)).toHaveLength(1);
  expect(await harness.store.read(order.order_id)).toMatchObject({ refunded_amount: 300 });
});

test('a pass that dies between the event and its note publishes the same event again', async () => {
  const { order } = await refunded(100n);
  age(harness);
  const noteRefunds = harness.store.noteRefunds.bind(harness.store);
  harness.store.noteRefunds = async () => {
    throw new Error('the process died');
  };
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['refund failed']);
  harness.store.noteRefunds = noteRefunds;
  expect(actionsOf((await pass(harness)).outcomes, order)).toEqual(['refund settled']);
  expect(eventsOf(order.order_id).map(({ id }) => id)).toEqual(Array(2).fill(`${order.order_id}:refunded:a`));
});
