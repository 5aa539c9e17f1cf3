/** The operator's commands against real queues, tables and services: empty, one, many, crashes and races. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  decodeOrderPlaced,
  encodeOrderPlaced,
  type PlacedOrder,
} from '@order-pipeline/contracts/order-event';
import { toOrder } from '../../order-api/src/decide/view.js';
import { queueUrls } from '../../order-processor/test/harness.js';
import { type CrashPoint, ProtocolHarness, type Step } from '../../order-processor/test/protocol-harness.js';
import { readTraces } from '../src/operator/order-traces.js';
import { dies, Operator } from './operator-harness.js';

let harness: ProtocolHarness;
let operator: Operator;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
  operator = new Operator(harness);
});

beforeEach(async () => {
  const { queueUrl, deadLetterQueueUrl } = queueUrls(harness.stack);
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl])
    await operator.sqs.send(new PurgeQueueCommand({ QueueUrl }));
});

afterAll(async () => {
  operator.close();
  await harness.stop();
});

function placed(changes: Partial<PlacedOrder> = {}): PlacedOrder {
  return {
    order_id: randomUUID(),
    user_id: 'u123',
    amount: 2500,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    payment_method: 'tok_visa',
    created_at: '2026-01-15T09:30:00.000Z',
    ...changes,
  };
}

/** Returns the traces of the order; the holds are its own. */
async function traces(order: PlacedOrder) {
  const { holds } = await readTraces(harness.dynamo, operator.config, order.order_id, order.items);
  return { ...(await harness.traces(order)), holds: holds.length };
}

/** The pieces of MUG-01 that are available now. */
async function available(): Promise<number> {
  return (await traces(placed())).available;
}

/** An order of which a worker has held stock and money before it died, in the dead-letter queue. */
async function deadOrder(crash: CrashPoint = { step: 'decide', when: 'before' }) {
  const order = placed();
  await harness.deliver(order, crash).catch(() => undefined);
  harness.passLease();
  await operator.deadLetterOrder(order);
  return order;
}

/** An order in the dead-letter queue that no worker has ever claimed. */
async function unclaimedOrder() {
  const order = placed();
  await operator.deadLetterOrder(order);
  return order;
}

const fail = (id: string, ...more: string[]) => ['dlq', 'fail', id, '--reason', 'given up by test', ...more];

describe('dlq list', () => {
  test('an empty queue says so', async () => {
    expect(await operator.run(['dlq', 'list'])).toMatchObject({
      code: 0,
      out: 'The dead-letter queue is empty.\n',
      err: '',
    });
    expect(await operator.run(['dlq', 'list', '--json'])).toMatchObject({ code: 0, out: '[]\n' });
  });

  test('one, poison, and what SQS moved itself; all stay', async () => {
    const order = await unclaimedOrder();
    await operator.deadLetter('no order', {}, 'MalformedOrderEventError: no');
    await operator.moveBySqs(encodeOrderPlaced(placed({ order_id: 'by-sqs' })));
    const { code, out } = await operator.run(['dlq', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ID +USER +AMOUNT +REASON +RECEIVES +AGE +FIRST ERROR\n/);
    expect(out).toMatch(
      new RegExp(
        `${order.order_id} +u123 +25.00 USD +RETRIES_EXHAUSTED +5 .*ConnectError: \\[unavailable\\] down`,
      ),
    );
    expect(out).toMatch(/\(message\) +- +- +RETRIES_EXHAUSTED .*MalformedOrderEventError: no/);
    expect(out).toMatch(/by-sqs +u123 +25.00 USD +MOVED_BY_SQS +- +\d+ (s|min) +-\n/);
    expect(out).toMatch(/3 messages\.\n$/);
    expect(await operator.visible()).toHaveLength(3);
  });

  test('many, for machines', async () => {
    const orders = [];
    for (let n = 0; n < 23; n += 1) orders.push(await unclaimedOrder());
    const { out } = await operator.run(['dlq', 'list', '--json']);
    const listed: Record<string, unknown>[] = JSON.parse(out);
    expect(listed.map(({ order_id }) => order_id).toSorted()).toEqual(
      orders.map(({ order_id }) => order_id).toSorted(),
    );
    expect(listed[0]).toMatchObject({
      user_id: 'u123',
      amount: 2500,
      currency: 'USD',
      reason: 'RETRIES_EXHAUSTED',
      first_error: 'ConnectError: [unavailable] down',
      receive_count: 5,
      created_at: '2026-01-15T09:30:00.000Z',
    });
    const { out: text } = await operator.run(['dlq', 'list', '--limit', '4']);
    expect(text).toMatch(/4 messages\.\nAbout 19 more: raise --limit\.\n$/);
    expect(await operator.visible()).toHaveLength(10);
  });

  test('reports messages that another command is reading', async () => {
    await unclaimedOrder();
    await operator.takeAll();
    expect((await operator.run(['dlq', 'list'])).out).toMatch(
      /^The dead-letter queue shows no message\.\n1 message hidden: another command/,
    );
    expect(await operator.run(['dlq', 'show', 'o1'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('1 message hidden for now: try again in some minutes'),
    });
  });
});

describe('show', () => {
  test('a dead letter with its order, holds and payment; never how it is paid', async () => {
    const order = await deadOrder();
    const { code, out } = await operator.run(['dlq', 'show', order.order_id]);
    expect(code).toBe(0);
    for (const line of [
      /^first error +ConnectError: \[unavailable\] down$/m,
      /^receives +5$/m,
      /^request id +request-9$/m,
      /^asks for +25\.00 USD$/m,
      /^status +PROCESSING$/m,
      /^trace id +4bf92f3577b34da6a3ce929d0e0e4736$/m,
      /^holds +2 x MUG-01$/m,
      /^payment +AUTHORIZED 25\.00 USD$/m,
    ])
      expect(out).toMatch(line);
    const json = await operator.run(['dlq', 'show', order.order_id, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      messages: [{ order_id: order.order_id, attributes: { request_id: 'request-9' }, items: order.items }],
      order: { status: 'PROCESSING', attempt: 1 },
      holds: [{ sku: 'MUG-01', quantity: 2 }],
      payment: { state: 'AUTHORIZED', amount: 2500 },
    });
    expect(out + json.out).not.toContain('tok_visa');
    expect(await operator.visible()).toHaveLength(1);
  });

  test('a message that is no order, by its message id', async () => {
    await operator.deadLetter('{"payment_method": "tok_visa", "x": 1}');
    await unclaimedOrder();
    const [message] = (await operator.visible()).filter(({ Body }) => Body?.includes('"x"'));
    const { out } = await operator.run(['dlq', 'show', message?.MessageId ?? '']);
    expect(out).toMatch(/^order +none: the body is not an order$/m);
    expect(out).toMatch(/^body +\{"payment_method": "\[redacted\]", "x": 1\}$/m);
    const { out: json } = await operator.run(['dlq', 'show', message?.MessageId ?? '', '--json']);
    expect(JSON.parse(json)).toMatchObject({ messages: [{ order_id: null, items: null }] });
  });

  test('a dead letter that nobody has claimed', async () => {
    const order = await unclaimedOrder();
    const { out } = await operator.run(['dlq', 'show', order.order_id]);
    expect(out).toMatch(/^status +no worker has claimed it$/m);
    expect(out).toMatch(/^holds +none\npayment +none$/m);
  });

  test('an order, under both names of the command', async () => {
    const order = placed({ payment_method: 'tok_chargeDeclined' });
    await harness.deliver(order);
    const { code, out } = await operator.run(['show', order.order_id]);
    expect(code).toBe(0);
    expect(out).toMatch(/^status +REJECTED \(PAYMENT_DECLINED\)$/m);
    expect(out).toMatch(/^payment +DECLINED 25\.00 USD$/m);
    const json = await operator.run(['orders', 'show', order.order_id, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ order: { status: 'REJECTED' }, holds: [] });
    expect(json.out).not.toContain('tok_');
  });

  test.each([
    [['show', 'nobody'], 'no worker has claimed an order nobody'],
    [['dlq', 'show', 'nobody'], 'no dead letter has the order or message id nobody'],
    [['dlq', 'redrive', 'nobody'], 'no dead letter has the order or message id nobody'],
    [fail('nobody'), 'no dead letter has the order or message id nobody'],
  ])('%j finds nothing', async (args, message) => {
    await unclaimedOrder();
    const { code, err } = await operator.run(args);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining(message) });
    expect(await operator.visible()).toHaveLength(1);
  });
});

describe('dlq redrive', () => {
  test('an empty queue says so', async () => {
    expect(await operator.run(['dlq', 'redrive', '--all'])).toMatchObject({
      code: 0,
      out: 'The dead-letter queue shows no message: nothing to redrive.\n',
    });
  });

  test('one: as it was before it died, and the worker ends it', async () => {
    const order = await deadOrder();
    const other = await unclaimedOrder();
    const { code, out, audits } = await operator.run(['dlq', 'redrive', order.order_id]);
    expect({ code, out }).toEqual({ code: 0, out: 'Redriven: 1 message.\n' });
    expect(audits).toEqual([
      expect.objectContaining({
        audit: true,
        actor: 'alice',
        stage: 'local',
        action: 'dlq.redrive',
        order_id: order.order_id,
        result: 'done',
      }),
    ]);
    const [message, ...more] = await operator.redriven();
    expect(more).toEqual([]);
    expect(Object.keys(message?.MessageAttributes ?? {}).toSorted()).toEqual(['request_id', 'traceparent']);
    expect((await operator.visible()).map(({ Body }) => Body)).toEqual([encodeOrderPlaced(other)]);
    const redriven = decodeOrderPlaced(message?.Body ?? '');
    expect(await harness.deliver(redriven)).toEqual({ kind: 'settled', status: 'COMPLETED' });
    expect(await traces(order)).toMatchObject({ status: 'COMPLETED', captures: 1, holds: 0 });
  });

  test('many, at the rate', async () => {
    for (let n = 0; n < 12; n += 1) await operator.deadLetter(`message ${n}`);
    const slept: number[] = [];
    const ran = await operator.run(
      ['dlq', 'redrive', '--all', '--rate', '0.5', '--actor', 'bob'],
      undefined,
      {
        clock: () => 0,
        sleep: async (milliseconds) => {
          slept.push(milliseconds);
        },
      },
    );
    expect(ran).toMatchObject({ code: 0, out: 'Redriven: 12 messages.\n' });
    expect(slept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, n) => 2_000 * (n + 1)));
    expect(ran.audits.map(({ actor }) => actor)).toEqual(Array(12).fill('bob'));
    expect(await operator.visible()).toEqual([]);
  });

  test('a dry run changes nothing', async () => {
    for (let n = 0; n < 12; n += 1) await operator.deadLetter(`message ${n}`);
    const { code, out, audits } = await operator.run(['dlq', 'redrive', '--all', '--dry-run']);
    expect({ code, out }).toEqual({ code: 0, out: 'Would redrive 12 messages.\n' });
    expect(audits.map(({ result }) => result)).toEqual(Array(12).fill('dry-run'));
    expect(await operator.redriven()).toEqual([]);
    expect(await operator.visible()).toHaveLength(10);
  });

  test('a message that is visible again at once is not sent again', async () => {
    await operator.deadLetter('poison');
    const ran = await operator.run(['dlq', 'redrive', '--all'], {
      step: 'remove',
      when: 'after',
      run: async () => {
        // The processor is faster than the operator.
        await operator.deadLetterNext();
      },
    });
    expect(ran).toMatchObject({ code: 0, out: 'Redriven: 1 message.\n' });
    expect(await operator.visible()).toHaveLength(1);
  });

  test('a crash before the send changes nothing', async () => {
    const order = await deadOrder();
    expect(await operator.run(['dlq', 'redrive', '--all'], dies('sendBack', 'before'))).toMatchObject({
      code: 1,
      out: 'Redriven: 0 messages; 1 failed, see the audit lines.\n',
      audits: [{ result: 'error', error: 'CrashError: sendBack' }],
    });
    expect(await operator.redriven()).toEqual([]);
    expect(await operator.run(['dlq', 'redrive', order.order_id])).toMatchObject({ code: 0 });
  });

  test('a crash between send and remove only duplicates', async () => {
    const order = await deadOrder();
    const before = (await available()) + 2;
    const crashed = await operator.run(['dlq', 'redrive', '--all'], dies('remove', 'before'));
    expect(crashed).toMatchObject({
      code: 1,
      audits: [{ result: 'error', new_message_id: expect.stringMatching(/.+/) }],
    });
    expect(await operator.run(['dlq', 'redrive', '--all'])).toMatchObject({ code: 0 });
    const copies = await operator.redriven();
    expect(copies).toHaveLength(2);
    for (const { Body } of copies) {
      expect(await harness.deliver(decodeOrderPlaced(Body ?? ''))).toEqual({
        kind: 'settled',
        status: 'COMPLETED',
      });
      harness.passLease();
    }
    expect(await traces(order)).toMatchObject({ captures: 1, holds: 0, available: before - 2 });
  });

  test('Ctrl-C stops it, and the rest becomes visible again', async () => {
    for (let n = 0; n < 5; n += 1) await operator.deadLetter(`message ${n}`);
    const stop = new AbortController();
    const ran = await operator.run(
      ['dlq', 'redrive', '--all'],
      { step: 'remove', when: 'after', run: async () => stop.abort() },
      { signal: stop.signal, sleep: async (_, signal) => void (await once(signal, 'abort')) },
    );
    expect(ran).toMatchObject({ code: 1, out: 'Redriven: 1 message; stopped before the end.\n' });
    expect(await operator.redriven()).toHaveLength(1);
    expect(await operator.visible()).toHaveLength(4);
  });
});

/** Traces of an order that an operator has failed; its pieces are available again. */
const FAILED_TRACES = {
  status: 'FAILED',
  reason: 'RETRIES_EXHAUSTED',
  payment: 'VOIDED',
  captures: 0,
  holds: 0,
};

describe('dlq fail', () => {
  test('a claimed order is FAILED, voided, released, and its poller sees it', async () => {
    const before = await available();
    const order = await deadOrder();
    expect(await traces(order)).toMatchObject({ payment: 'AUTHORIZED', available: before - 2 });
    const { code, out, audits } = await operator.run(fail(order.order_id));
    expect({ code, out }).toEqual({
      code: 0,
      out: `Order ${order.order_id} is FAILED, its stock and money are released, and 1 message removed.\n`,
    });
    const [notice] = await operator.redriven();
    expect(notice?.MessageAttributes).toMatchObject({ operator_failed: { StringValue: 'true' } });
    expect(audits.map(({ action, result, reason, actor }) => [action, result, reason, actor])).toEqual([
      ['order.fail', 'done', 'given up by test', 'alice'],
      ['order.settle', 'done', 'given up by test', 'alice'],
      ['dlq.remove', 'done', 'given up by test', 'alice'],
    ]);
    expect(await traces(order)).toEqual({ ...FAILED_TRACES, available: before });
    expect(await operator.visible()).toEqual([]);
    const record = await harness.store.read(order.order_id);
    expect(record?.failure_note).toBe('given up by test');
    const seen = toOrder(order.order_id, record);
    expect(seen).toMatchObject({
      status: 'FAILED',
      reason: 'RETRIES_EXHAUSTED',
      user_id: 'u123',
      amount: 2500,
    });
    expect(JSON.stringify(seen)).not.toContain('given up by test');
  });

  test('an order that nobody has claimed gets its facts, and every later try is barred', async () => {
    const order = await unclaimedOrder();
    await operator.deadLetterOrder(order);
    expect(await operator.run(fail(order.order_id))).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 messages removed'),
    });
    expect(await harness.store.read(order.order_id)).toMatchObject({
      status: 'FAILED',
      attempt: 0,
      user_id: 'u123',
      created_at: '2026-01-15T09:30:00.000Z',
      request_id: 'request-9',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(await harness.deliver(order)).toEqual({
      kind: 'settled',
      status: 'FAILED',
      reason: 'RETRIES_EXHAUSTED',
    });
    expect(await traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED', holds: 0 });
  });

  test('an order without items', async () => {
    const order = placed({ items: [], amount: 999 });
    await operator.deadLetterOrder(order);
    expect(await operator.run(fail(order.order_id))).toMatchObject({ code: 0 });
    expect(await traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED' });
  });

  test('an order that the services refuse to read', async () => {
    const sku = 'X'.repeat(300);
    const order = placed({ items: [{ sku, quantity: 1 }] });
    await operator.deadLetterOrder(order);
    expect(await operator.run(fail(order.order_id))).toMatchObject({ code: 0 });
    const record = await harness.store.read(order.order_id);
    expect(record).toMatchObject({ status: 'FAILED' });
    expect(record).not.toHaveProperty('settlement_due');
    expect(await operator.visible()).toEqual([]);
  });

  test('a message that is no order is removed; no record is written', async () => {
    await operator.deadLetter('no order');
    await unclaimedOrder();
    const [message] = (await operator.visible()).filter(({ Body }) => Body === 'no order');
    const { code, out, audits } = await operator.run(fail(message?.MessageId ?? ''));
    expect({ code, out }).toEqual({ code: 0, out: 'Removed: 1 message without an order.\n' });
    expect(audits.map(({ action, message_id }) => [action, message_id])).toEqual([
      ['dlq.remove', message?.MessageId],
    ]);
    expect(await operator.visible()).toHaveLength(1);
  });

  test('a dry run changes nothing', async () => {
    const order = await deadOrder();
    await operator.deadLetter('no order');
    const [message] = (await operator.visible()).filter(({ Body }) => Body === 'no order');
    const left = await traces(order);
    expect(await operator.run(fail(order.order_id, '--dry-run'))).toMatchObject({
      code: 0,
      out: `Would fail order ${order.order_id}, release its stock and money, and remove 1 message.\n`,
      audits: [{ result: 'dry-run' }, { result: 'dry-run' }, { result: 'dry-run' }],
    });
    expect(await operator.run(fail(message?.MessageId ?? '', '--dry-run'))).toMatchObject({
      code: 0,
      out: 'Would remove 1 message without an order.\n',
    });
    expect(await traces(order)).toEqual(left);
    expect(await operator.visible()).toHaveLength(2);
  });

  test.each([
    ['COMPLETED', {}],
    ['REJECTED', { payment_method: 'tok_chargeDeclined' }],
  ])('an order that is %s stays it', async (status, changes) => {
    const order = placed(changes);
    await harness.deliver(order);
    harness.passLease();
    const left = await traces(order);
    await operator.deadLetterOrder(order);
    expect(await operator.run(fail(order.order_id))).toMatchObject({
      code: 1,
      audits: [],
      err: expect.stringContaining(`is ${status} already, and no outcome is ever changed: redrive it`),
    });
    expect(await traces(order)).toEqual(left);
    expect(await operator.visible()).toHaveLength(1);
  });

  test('a live lease is waited for, or reported', async () => {
    const order = placed();
    await harness.deliver(order, { step: 'decide', when: 'before' }).catch(() => undefined);
    await operator.deadLetterOrder(order);
    expect(await operator.run(fail(order.order_id, '--wait', '0'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/a worker holds the order for another \d+ s .*--wait/),
    });
    expect(await traces(order)).toMatchObject({ status: 'PROCESSING', payment: 'AUTHORIZED' });
    expect(await operator.run(fail(order.order_id))).toMatchObject({
      code: 0,
      err: expect.stringMatching(/waiting \d+ s until its lease expires/),
    });
    expect(await traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED', holds: 0 });
  });

  test.each(
    (['fail', 'void', 'release', 'remove'] as const).flatMap((step) => [
      [step, 'before'] as const,
      [step, 'after'] as const,
    ]),
  )('it dies at %s, %s: the same command again ends it', async (step, when) => {
    const before = await available();
    const order = await deadOrder();
    expect(await operator.run(fail(order.order_id), dies(step, when))).not.toMatchObject({ code: 0 });
    const again = await operator.run(
      step === 'remove' && when === 'after' ? ['show', order.order_id] : fail(order.order_id),
    );
    expect(again.code).toBe(0);
    expect(await traces(order)).toEqual({ ...FAILED_TRACES, available: before });
    expect(await operator.visible()).toEqual([]);
  });

  test.each([
    ['MUG-01', 'an order'],
    ['X'.repeat(300), 'an order that one service refuses to read'],
  ])('a service stops answering after the write: 69, and the message stays', async (sku) => {
    const order = placed({ items: [{ sku, quantity: 2 }] });
    await operator.deadLetterOrder(order);
    const ran = await operator.run(fail(order.order_id), {
      step: 'void',
      when: 'before',
      run: async () => {
        throw new ConnectError('down', Code.Unavailable);
      },
    });
    expect(ran).toMatchObject({
      code: 69,
      err: expect.stringContaining('is FAILED, but its stock or money is not released'),
    });
    const [notice] = await operator.redriven();
    expect(notice?.MessageAttributes).toMatchObject({ operator_failed: { StringValue: 'true' } });
    expect(ran.audits).toMatchObject([
      { action: 'order.fail', result: 'done' },
      { action: 'order.settle', result: 'error' },
    ]);
    expect(await operator.visible()).toHaveLength(1);
    expect(await operator.run(fail(order.order_id))).toMatchObject({ code: 0 });
    expect(await traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED' });
  });

  test('it dies after the write: the next worker gives everything back, too', async () => {
    const before = await available();
    const order = await deadOrder();
    await operator.run(fail(order.order_id), dies('fail', 'after'));
    expect(await harness.deliver(order)).toEqual({
      kind: 'settled',
      status: 'FAILED',
      reason: 'RETRIES_EXHAUSTED',
    });
    expect(await traces(order)).toMatchObject({ payment: 'VOIDED', holds: 0, available: before });
  });
});

describe('a fail that races a worker ends in one outcome', () => {
  test.each<Step>(['reserve', 'authorize', 'decide'])(
    'the worker is late at %s: FAILED, and the worker gives everything back',
    async (step) => {
      const before = await available();
      const order = placed();
      await operator.deadLetterOrder(order);
      const delivered = harness.deliver(order, undefined, {
        before: step,
        run: async () => {
          harness.passLease();
          expect(await operator.run(fail(order.order_id))).toMatchObject({ code: 0 });
        },
      });
      // Late tries are refused by the services; a late decision fails by its condition.
      if (step === 'decide')
        expect(await delivered).toEqual({ kind: 'settled', status: 'FAILED', reason: 'RETRIES_EXHAUSTED' });
      else await expect(delivered).rejects.toThrow(/failed_precondition/);
      expect(await traces(order)).toEqual({
        status: 'FAILED',
        reason: 'RETRIES_EXHAUSTED',
        payment: 'VOIDED',
        captures: 0,
        available: before,
        holds: 0,
      });
    },
  );

  test('the worker decides right before the write: COMPLETED, and the fail is refused', async () => {
    const order = await deadOrder();
    const ran = await operator.run(fail(order.order_id), {
      step: 'fail',
      when: 'before',
      run: async () => {
        await harness.deliver(order);
      },
    });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('is COMPLETED already') });
    expect(await traces(order)).toMatchObject({ status: 'COMPLETED', captures: 1, holds: 0 });
    expect(await operator.visible()).toHaveLength(1);
  });

  test('the worker claims right before the write: the fail waits for it', async () => {
    const order = await deadOrder();
    let claimed = false;
    const ran = await operator.run(fail(order.order_id), {
      step: 'fail',
      when: 'before',
      run: async () => {
        if (claimed) return;
        claimed = true;
        await harness.deliver(order, { step: 'reserve', when: 'before' }).catch(() => undefined);
      },
    });
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('waiting') });
    expect(await traces(order)).toMatchObject({ status: 'FAILED', payment: 'VOIDED', holds: 0 });
  });

  test('side by side, many times', async () => {
    for (let n = 0; n < 10; n += 1) {
      const before = await available();
      const order = await (n % 2 === 0 ? unclaimedOrder() : deadOrder({ step: 'authorize', when: 'after' }));
      const start = await available();
      const held = before - start;
      const [ran] = await Promise.all([
        operator.run(fail(order.order_id)),
        harness.deliver(order).catch(() => undefined),
      ]);
      const left = await traces(order);
      expect([
        { status: 'FAILED', payment: 'VOIDED', captures: 0, available: start + held, holds: 0, code: 0 },
        {
          status: 'COMPLETED',
          payment: 'CAPTURED',
          captures: 1,
          available: start + held - 2,
          holds: 0,
          code: 'not failed',
        },
      ]).toContainEqual({
        status: left.status,
        payment: left.payment,
        captures: left.captures,
        available: left.available,
        holds: left.holds,
        // The order was completed before the write (1), or the dead letter was gone before the look (3).
        code: [1, 3].includes(ran.code) ? 'not failed' : ran.code,
      });
    }
  });
});

describe('what cannot be done is said in a line', () => {
  test.each([
    ['payment', 'PAYMENT_URL'],
    ['inventory', 'INVENTORY_URL'],
  ])('the %s service is stopped: 69, and nothing is written', async (name, variable) => {
    const order = await unclaimedOrder();
    const env = { ...operator.env, [variable]: 'http://127.0.0.1:1' };
    const { code, err } = await operator.run(fail(order.order_id), undefined, { env });
    expect(code).toBe(69);
    expect(err).toMatch(
      new RegExp(`^orders: cannot reach ${name} at http://127.0.0.1:1 \\(${variable}\\): [^\\n]+\\n$`),
    );
    expect(await harness.store.read(order.order_id)).toBeUndefined();
    expect(await operator.visible()).toHaveLength(1);
  });

  test.each([
    ['no command', [], {}, 2, 'Usage: orders'],
    ['an unknown command', ['dlq', 'lits'], {}, 2, '(Did you mean list?)'],
    ['a limit that is none', ['dlq', 'list', '--limit', '1.5'], {}, 2, 'Give a whole number above 0.'],
    ['a rate that is none', ['dlq', 'redrive', '--all', '--rate', 'x'], {}, 2, 'Give a number above 0.'],
    ['neither an id nor all', ['dlq', 'redrive'], {}, 2, 'name one id, or use --all'],
    ['both an id and all', ['dlq', 'redrive', 'o1', '--all'], {}, 2, 'name one id, or use --all'],
    ['no reason', ['dlq', 'fail', 'o1'], {}, 2, "required option '--reason <text>' not specified"],
    ['an empty reason', ['dlq', 'fail', 'o1', '--reason', ' '], {}, 2, 'Write 1 to 500 characters.'],
    ['an empty id', ['show', ''], {}, 2, 'Ids have 1 to 256 characters.'],
    [
      'nobody',
      ['dlq', 'redrive', '--all'],
      { USER: undefined },
      2,
      'the name of the operator is missing: add --actor NAME',
    ],
    ['a bad setting', ['dlq', 'list'], { STAGE: 'production' }, 78, 'STAGE is not one of the known values'],
    ['a table that is not there', ['show', 'o1'], { ORDERS_TABLE: 'other' }, 78, 'check ORDERS_TABLE'],
    ['a table name that is none', ['show', 'o1'], { ORDERS_TABLE: 'x' }, 1, 'refuses the call'],
  ])('%s', async (_, args, env, code, message) => {
    const ran = await operator.run(args, undefined, { env: { ...operator.env, ...env } });
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
  });

  test('a message that could not be released becomes visible again by itself', async () => {
    await unclaimedOrder();
    expect(await operator.run(['dlq', 'list'], dies('giveBack', 'before'))).toMatchObject({
      code: 0,
      err: '1 message could not be made visible at once; they become visible again within minutes\n',
    });
  });

  test('a search that was stopped is no answer', async () => {
    expect(
      await operator.run(['dlq', 'show', 'o1'], undefined, { signal: AbortSignal.abort() }),
    ).toMatchObject({ code: 1, err: 'orders: stopped\n' });
  });

  test('a queue that is not there: 78', async () => {
    const env = { ...operator.env, SQS_DLQ_URL: new URL('other', harness.stack.env.SQS_DLQ_URL).href };
    expect(await operator.run(['dlq', 'list'], undefined, { env })).toMatchObject({
      code: 78,
      err: expect.stringContaining('does not have it: check SQS_QUEUE_URL and SQS_DLQ_URL'),
    });
  });

  test.each([[['--help']], [['dlq', '--help']], [['dlq', 'fail', '--help']]])('%j is help', async (args) => {
    expect(await operator.run(args)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: orders'),
    });
  });

  test('an error that nobody foresaw shows where it comes from', async () => {
    const order = await unclaimedOrder();
    const { code, err } = await operator.run(fail(order.order_id), dies('remove', 'before'));
    expect(code).toBe(1);
    expect(err).toMatch(/orders: CrashError: remove\n +at /);
  });
});
