/** The exits of orders whose message or authorization is gone: `fail`, `resume`, `payment reauthorize`, `payment write-off`. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { placed } from '../../order-processor/test/placed.js';
import { CrashError, ProtocolHarness } from '../../order-processor/test/protocol-harness.js';
import { Operator } from './operator-harness.js';

let harness: ProtocolHarness;
let operator: Operator;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
  operator = new Operator(harness);
});

beforeEach(() => {
  harness.captureFailures.length = 0;
});

afterAll(async () => {
  operator.close();
  await harness.stop();
});

const available = async () => (await harness.traces(placed())).available;

/** An order whose worker died, and whose message expired in the dead-letter queue. */
async function forgotten(changes: Parameters<typeof placed>[0] = {}) {
  const order = placed(changes);
  await expect(harness.deliver(order, { step: 'authorize', when: 'after' })).rejects.toThrow(CrashError);
  return order;
}

const ACTOR = ['--actor', 'alice'];

describe('fail', () => {
  test('works from the record: stock and money are released', async () => {
    const before = await available();
    const order = await forgotten();
    harness.passLease();
    const { code, out, audits } = await operator.run([
      'fail',
      order.order_id,
      '--reason',
      'message expired',
      ...ACTOR,
    ]);
    expect([code, out]).toEqual([
      0,
      `Order ${order.order_id} is FAILED, and its stock and money are released.\n`,
    ]);
    expect(audits.map(({ action, result }) => [action, result])).toEqual([
      ['order.fail', 'done'],
      ['order.settle', 'done'],
    ]);
    const [notice] = await operator.redriven();
    expect(decodeOrderPlaced(notice?.Body ?? '').order_id).toBe(order.order_id);
    expect(notice?.MessageAttributes).toMatchObject({ operator_failed: { StringValue: 'true' } });
    expect(await harness.traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED', holds: 0 });
    expect(await available()).toBe(before);
  });

  test('changes nothing in a dry run, and no outcome that there is', async () => {
    const order = await forgotten();
    harness.passLease();
    const dry = await operator.run(['fail', order.order_id, '--reason', 'r', '--dry-run', ...ACTOR]);
    expect(dry.out).toBe(`Would fail order ${order.order_id} and release its stock and money.\n`);
    expect(await harness.traces(order)).toMatchObject({ status: 'PROCESSING' });
    expect(await harness.deliver(order)).toMatchObject({ status: 'COMPLETED' });
    harness.passLease();
    const late = await operator.run(['fail', order.order_id, '--reason', 'r', ...ACTOR]);
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('is COMPLETED already') });
  });
});

describe('resume', () => {
  test('sends an equal order again, which a worker brings to its end', async () => {
    const opened = new Date('2026-01-01T00:00:00.000Z');
    const order = await forgotten({ account_created_at: opened, fingerprint: 'f1' });
    harness.passLease();
    const { code, out } = await operator.run(['resume', order.order_id, ...ACTOR]);
    expect([code, out]).toEqual([0, `Order ${order.order_id} (PROCESSING) is in the order queue again.\n`]);
    const message = (await operator.redriven()).find(({ Body }) => Body?.includes(order.order_id));
    const again = decodeOrderPlaced(message?.Body ?? '');
    expect(again).toEqual(order);
    expect(await harness.deliver(again)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await harness.traces(order)).toMatchObject({ captures: 1 });
  });

  test('says what it would do', async () => {
    const order = await forgotten();
    const { out } = await operator.run(['resume', order.order_id, '--dry-run', ...ACTOR]);
    expect(out).toBe(`Would send order ${order.order_id} to the order queue; it is PROCESSING.\n`);
  });
});

test.each([
  ['fail', '--reason', 'r'],
  ['resume'],
  ['payment reauthorize'],
  ['payment write-off', '--reason', 'r'],
])('%s needs a record', async (command, ...options) => {
  const { code, err } = await operator.run([...command.split(' '), 'no-such-order', ...options, ...ACTOR]);
  expect([code, err]).toEqual([3, expect.stringContaining('no worker has claimed an order no-such-order')]);
});

describe('payment', () => {
  async function uncharged() {
    const order = placed({ payment_method: 'tok_authorizationLapses' });
    await harness.deliver(order);
    expect(harness.captureFailures).toEqual([order.order_id]);
    return order;
  }

  test('reauthorize charges with another method, once, and clears the problem', async () => {
    const order = await uncharged();
    const args = ['payment', 'reauthorize', order.order_id, '--payment-method', 'tok_visa', ...ACTOR];
    expect(await operator.run(args)).toMatchObject({
      code: 0,
      out: `Order ${order.order_id} is charged 25.00 USD.\n`,
      audits: [{ action: 'payment.reauthorize', result: 'done' }],
    });
    expect(await operator.run(args)).toMatchObject({
      code: 0,
      out: `Order ${order.order_id} is charged 25.00 USD already. Nothing is changed.\n`,
      audits: [{ action: 'payment.reauthorize', result: 'unchanged' }],
    });
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
    expect(await harness.store.read(order.order_id)).not.toHaveProperty('payment_problem');
  });

  test('reauthorize of a refunded order changes nothing, and says so', async () => {
    const order = placed();
    await harness.deliver(order);
    await operator.run(['refund', order.order_id, '--reason', 'broken', ...ACTOR]);
    const args = ['payment', 'reauthorize', order.order_id, ...ACTOR];
    for (const options of [['--dry-run'], []])
      expect(await operator.run([...args, ...options])).toMatchObject({
        code: 0,
        out: `Order ${order.order_id} is charged 25.00 USD already, and 25.00 USD of it are refunded. Nothing is changed.\n`,
        audits: [{ action: 'payment.reauthorize', result: 'unchanged' }],
      });
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
  });

  test('reauthorize tells that the method of the order does not work, and leaves it to be tried again', async () => {
    const order = await uncharged();
    const failed = await operator.run(['payment', 'reauthorize', order.order_id, ...ACTOR]);
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('is not charged') });
    expect(failed.audits).toMatchObject([{ action: 'payment.reauthorize', result: 'error' }]);
    const args = ['payment', 'reauthorize', order.order_id, '--payment-method', 'tok_visa', ...ACTOR];
    expect(await operator.run(args)).toMatchObject({ code: 0 });
  });

  test('a worker that tells late that it could not charge does not undo what reauthorize did', async () => {
    const order = placed({ payment_method: 'tok_authorizationLapses' });
    const args = ['payment', 'reauthorize', order.order_id, '--payment-method', 'tok_visa', ...ACTOR];
    const note = harness.store.noteCaptureFailed.bind(harness.store);
    harness.store.noteCaptureFailed = async (orderId) => {
      harness.store.noteCaptureFailed = note;
      expect(await operator.run(args)).toMatchObject({ code: 0 });
      return note(orderId);
    };
    await harness.deliver(order);
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
    expect(await harness.store.read(order.order_id)).not.toHaveProperty('payment_problem');
    expect(harness.captureFailures).toEqual([]);
  });

  test('write-off is final', async () => {
    const order = await uncharged();
    const args = ['payment', 'write-off', order.order_id, '--reason', 'customer gone', ...ACTOR];
    expect(await operator.run(args)).toMatchObject({
      code: 0,
      out: `25.00 USD of order ${order.order_id} are written off.\n`,
    });
    expect(await harness.store.read(order.order_id)).toMatchObject({
      status: 'COMPLETED',
      payment_problem: 'WRITTEN_OFF',
    });
    harness.passLease();
    expect(await harness.deliver(order)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await harness.traces(order)).toMatchObject({ payment: 'WRITTEN_OFF', captures: 0 });
    const again = await operator.run(['payment', 'reauthorize', order.order_id, ...ACTOR]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('WRITTEN_OFF already') });
  });

  test('changes nothing in a dry run, and nothing of an order that is not completed', async () => {
    const order = await uncharged();
    for (const command of [['reauthorize'], ['write-off', '--reason', 'r']])
      expect(
        await operator.run([
          'payment',
          command[0] ?? '',
          order.order_id,
          ...command.slice(1),
          '--dry-run',
          ...ACTOR,
        ]),
      ).toMatchObject({ code: 0, out: expect.stringMatching(/^Would /) });
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURE_FAILED' });
    const declined = placed({ payment_method: 'tok_chargeDeclined' });
    await harness.deliver(declined);
    expect(
      await operator.run(['payment', 'write-off', declined.order_id, '--reason', 'r', ...ACTOR]),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('is REJECTED: only completed orders are charged'),
    });
  });
});
