/** `refund`: a completed order is paid back, once for each refund, whatever dies in between. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { placed } from '../../order-processor/test/placed.js';
import { ProtocolHarness } from '../../order-processor/test/protocol-harness.js';
import { dies, Operator } from './operator-harness.js';

let harness: ProtocolHarness;
let operator: Operator;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
  operator = new Operator(harness);
});

beforeEach(() => {
  operator.published.length = 0;
});

afterAll(async () => {
  operator.close();
  await harness.stop();
});

async function charged(items = placed().items) {
  const order = placed({ items });
  await harness.deliver(order);
  return order;
}

const refund = (orderId: string, ...args: string[]) => [
  'refund',
  orderId,
  '--reason',
  'broken',
  '--actor',
  'alice',
  ...args,
];

const recordOf = (orderId: string) => harness.store.read(orderId);

async function ledgerOf(orderId: string) {
  return (await harness.scoring.payment.client.getPayment({ orderId })).payment;
}

test('pays back in part and then in full, with an event each, and notes it on the order', async () => {
  const { order_id } = await charged();
  const part = await operator.run(refund(order_id, '--amount', '1000'));
  expect(part).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Refunded 10.00 USD of order .*; 10.00 USD in all\.$/m),
  });
  expect(part.audits).toMatchObject([
    { action: 'order.refund', result: 'done', order_id, actor: 'alice', reason: 'broken' },
  ]);
  expect(await operator.run(refund(order_id, '--refund-id', 'rest'))).toMatchObject({
    code: 0,
    out: `Refunded 15.00 USD of order ${order_id} (refund rest); 25.00 USD in all.\n`,
  });
  expect(await recordOf(order_id)).toMatchObject({ status: 'COMPLETED', refunded_amount: 2_500 });
  expect(operator.published).toMatchObject([
    { type: 'order.refunded', subject: order_id, data: { refunded_amount: 1_000, amount: 2_500 } },
    { id: `${order_id}:refunded:rest`, data: { refunded_amount: 2_500 } },
  ]);
  const shown = await operator.run(['show', order_id]);
  expect(shown.out).toMatch(/^refunded +25.00 USD$/m);
  expect(shown.out).toMatch(/^refunds +[0-9a-f]{16} DONE 10.00 USD, rest DONE 15.00 USD$/m);
});

test('the same command again pays nothing back, and another reason is another refund', async () => {
  const { order_id } = await charged();
  for (let runs = 0; runs < 3; runs += 1)
    expect(await operator.run(refund(order_id, '--amount', '500'))).toMatchObject({ code: 0 });
  expect(await ledgerOf(order_id)).toMatchObject({ refundedAmount: 500n });
  expect(operator.published).toHaveLength(1);
  await operator.run(['refund', order_id, '--amount', '500', '--reason', 'late', '--actor', 'alice']);
  expect(await recordOf(order_id)).toMatchObject({ refunded_amount: 1_000 });
});

test('never more than was charged, for callers at the same time', async () => {
  const { order_id } = await charged();
  const ids = ['a', 'b', 'c', 'd'];
  const all = await Promise.all(
    ids.map((id) => operator.run(refund(order_id, '--amount', '1000', '--refund-id', id))),
  );
  expect(all.map(({ code }) => code).toSorted()).toEqual([0, 0, 1, 1]);
  expect(await ledgerOf(order_id)).toMatchObject({ refundedAmount: 2_000n });
  expect(await recordOf(order_id)).toMatchObject({ refunded_amount: 2_000 });
  expect(new Set(operator.published.map(({ id }) => id)).size).toBe(2);
});

test.each([
  ['refund', 'before'],
  ['refund', 'after'],
  ['publish', 'before'],
  ['publish', 'after'],
  ['noteRefunds', 'before'],
  ['noteRefunds', 'after'],
  ['restock', 'before'],
  ['restock', 'after'],
] as const)('a command that dies at %s (%s) is completed by the same command', async (step, when) => {
  const order = await charged();
  const args = refund(order.order_id, '--amount', '700', '--restock');
  const before = (await harness.traces(order)).available;
  const died = await operator.run(args, dies(step, when));
  expect(died.code).not.toBe(0);
  expect(died.audits).toMatchObject([{ result: 'error' }]);
  expect(await operator.run(args)).toMatchObject({ code: 0 });
  expect(await operator.run(args)).toMatchObject({ code: 0 });
  expect(await ledgerOf(order.order_id)).toMatchObject({
    refundedAmount: 700n,
    refunds: [{ amount: 700n, sequence: 1 }],
  });
  expect(await recordOf(order.order_id)).toMatchObject({ refunded_amount: 700 });
  expect(new Set(operator.published.map(({ id }) => id)).size).toBe(1);
  const pieces = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  expect((await harness.traces(order)).available).toBe(before + pieces);
});

test('returns the items to stock once, whatever number of refunds asks for it', async () => {
  const order = await charged();
  const before = (await harness.traces(order)).available;
  for (const id of ['first', 'second', 'first'])
    expect(
      await operator.run(refund(order.order_id, '--amount', '500', '--refund-id', id, '--restock')),
    ).toMatchObject({ code: 0 });
  expect((await harness.traces(order)).available).toBe(before + 2);
});

test('does not ask inventory a second time, which forgets a delivery in time', async () => {
  const order = await charged();
  const args = (id: string) => refund(order.order_id, '--amount', '500', '--refund-id', id, '--restock');
  expect(await operator.run(args('first'))).toMatchObject({ code: 0 });
  expect(await recordOf(order.order_id)).toMatchObject({ restocked: true });
  expect(await operator.run(args('second'), dies('restock', 'before'))).toMatchObject({ code: 0 });
});

test('returns every piece of an article that the order names twice', async () => {
  const order = await charged([
    { sku: 'MUG-01', quantity: 1 },
    { sku: 'MUG-01', quantity: 1 },
  ]);
  const before = (await harness.traces(order)).available;
  await operator.run(refund(order.order_id, '--restock'));
  expect((await harness.traces(order)).available).toBe(before + 2);
});

test('restocks nothing unless it is asked to', async () => {
  const order = await charged();
  const before = (await harness.traces(order)).available;
  await operator.run(refund(order.order_id));
  expect((await harness.traces(order)).available).toBe(before);
});

test('changes nothing in a dry run, and refuses amounts that cannot be refunded', async () => {
  const { order_id } = await charged();
  expect(await operator.run(refund(order_id, '--dry-run'))).toMatchObject({
    code: 0,
    out: `Would refund what is left of order ${order_id}.\n`,
  });
  expect(await ledgerOf(order_id)).toMatchObject({ refunds: [] });
  expect(await operator.run(refund(order_id, '--amount', '2501'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('only 2500 of 2500 are left'),
  });
  const declined = placed({ payment_method: 'tok_chargeDeclined' });
  await harness.deliver(declined);
  expect(await operator.run(refund(declined.order_id))).toMatchObject({
    code: 1,
    err: expect.stringContaining('is REJECTED'),
  });
  expect(await operator.run(['refund', order_id, '--actor', 'alice'])).toMatchObject({ code: 2 });
});
