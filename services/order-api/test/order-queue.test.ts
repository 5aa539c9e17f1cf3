import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { Registry } from 'prom-client';
import { createMetrics } from '../src/metrics.js';
import { Batcher, BatcherFullError, type BatchOptions } from '../src/orders/batcher.js';
import { createOrderQueue, QueueUnavailableError } from '../src/orders/order-queue.js';

const CONTEXT = { requestId: 'r1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
const ORDER: PlacedOrder = {
  order_id: 'o1',
  user_id: 'u1',
  amount: 999,
  currency: 'USD',
  items: [],
  payment_method: 'tok_visa',
  created_at: '2026-01-15T09:30:00.000Z',
};

describe('the batcher', () => {
  const OPTIONS: BatchOptions<number> = {
    maxItems: 3,
    maxBytes: 100,
    sizeOf: (item) => item,
    maxWaitMs: 60_000,
    maxInFlight: 2,
    maxWaiting: 20,
  };

  /** A batcher whose groups are answered by the test, in the order in which they left. */
  function createManual(options: Partial<BatchOptions<number>> = {}) {
    const groups: (readonly number[])[] = [];
    const answers: ((outcome: readonly (Error | undefined)[] | Error) => void)[] = [];
    const batcher = new Batcher<number>(
      (items) => {
        groups.push(items);
        return new Promise((resolve, reject) => {
          answers.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
        });
      },
      { ...OPTIONS, ...options },
    );
    return {
      batcher,
      groups,
      answer: (outcome: readonly (Error | undefined)[] | Error = []) => answers.shift()?.(outcome),
    };
  }

  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  test('sends a lone item at once', async () => {
    const { batcher, groups, answer } = createManual();
    const sent = batcher.send(1);
    await turn();
    expect(groups).toEqual([[1]]);
    answer();
    await sent;
  });

  test('groups what arrives while a group is on its way, and sends it when that returns', async () => {
    const { batcher, groups, answer } = createManual();
    const first = batcher.send(1);
    await turn();
    const others = [batcher.send(2), batcher.send(3)];
    await turn();
    expect(groups).toEqual([[1]]);
    answer();
    await first;
    await turn();
    expect(groups).toEqual([[1], [2, 3]]);
    answer();
    await Promise.all(others);
  });

  test('sends a full group although another is on its way, up to the limit', async () => {
    const { batcher, groups, answer } = createManual();
    const sent = [batcher.send(1)];
    await turn();
    for (const item of [2, 3, 4, 5, 6, 7]) sent.push(batcher.send(item));
    await turn();
    expect(groups).toEqual([[1], [2, 3, 4]]);
    answer();
    await turn();
    expect(groups).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
    answer();
    answer();
    await Promise.all(sent);
  });

  test('sends a group that has waited long enough', async () => {
    const { batcher, groups, answer } = createManual({ maxWaitMs: 5 });
    const sent = [batcher.send(1)];
    await turn();
    sent.push(batcher.send(2));
    while (groups.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(groups).toEqual([[1], [2]]);
    answer();
    answer();
    await Promise.all(sent);
  });

  test('keeps groups under the size limit; what is too large alone goes alone', async () => {
    const { batcher, groups, answer } = createManual({ maxInFlight: 5 });
    const sent = [60, 30, 20, 500, 10].map((item) => batcher.send(item));
    await turn();
    answer();
    await turn();
    answer();
    await turn();
    answer();
    await turn();
    answer();
    await Promise.all(sent);
    expect(groups).toEqual([[60, 30], [20], [500], [10]]);
  });

  test('tells each caller its own outcome', async () => {
    const { batcher, answer } = createManual();
    const sent = [batcher.send(1), batcher.send(2), batcher.send(3)];
    await turn();
    answer([undefined, new Error('refused'), undefined]);
    expect(await Promise.allSettled(sent)).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: new Error('refused') },
      { status: 'fulfilled', value: undefined },
    ]);
  });

  test('fails a whole group that could not be sent, and goes on', async () => {
    const { batcher, answer } = createManual();
    const sent = [batcher.send(1), batcher.send(2)];
    await turn();
    answer(new Error('down'));
    expect((await Promise.allSettled(sent)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = batcher.send(3);
    await turn();
    answer();
    await next;
  });

  test('refuses more than may wait', async () => {
    const { batcher } = createManual({ maxWaiting: 1, maxInFlight: 1 });
    batcher.send(1).catch(() => undefined);
    await expect(batcher.send(2)).rejects.toBeInstanceOf(BatcherFullError);
  });

  test('flushes what waits', async () => {
    const taken: number[] = [];
    const batcher = new Batcher<number>(
      async (items) => {
        await turn();
        taken.push(...items);
        return [];
      },
      { ...OPTIONS, maxInFlight: 1 },
    );
    const sent = Array.from({ length: 10 }, (_, item) => batcher.send(item));
    await batcher.flush();
    expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await Promise.all(sent);
    await batcher.flush();
  });
});

describe('the order queue', () => {
  let stack: TestStack;
  let sqs: SQSClient;
  let calls: SendMessageBatchCommandInput[];
  const metrics = createMetrics(new Registry(), 'local');

  beforeAll(async () => {
    stack = await startTestStack();
    sqs = createSqs({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 2_000 });
    sqs.middlewareStack.add(
      (next) => (args) => {
        calls.push(args.input as SendMessageBatchCommandInput);
        return next(args);
      },
      { step: 'initialize' },
    );
  });

  afterAll(() => stack.stop());

  test('groups a burst into few calls, fairly by user, with request id and trace', async () => {
    calls = [];
    const queue = createOrderQueue(sqs, stack.env.SQS_QUEUE_URL ?? '', metrics);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        queue.send({ ...ORDER, order_id: `o${n}`, user_id: `u${n % 3}` }, CONTEXT),
      ),
    );
    expect(calls.length).toBe(10);
    expect(calls.map(({ Entries = [] }) => Entries.length)).toEqual(Array(10).fill(10));
    expect(calls[0]?.Entries?.[4]).toEqual({
      Id: '4',
      MessageBody: expect.stringContaining('"orderId":"o4"'),
      MessageGroupId: 'u1',
      MessageAttributes: {
        request_id: { DataType: 'String', StringValue: 'r1' },
        traceparent: { DataType: 'String', StringValue: CONTEXT.traceparent },
      },
    });
  });

  test('one refused message fails its own caller alone', async () => {
    calls = [];
    const queue = createOrderQueue(sqs, stack.env.SQS_QUEUE_URL ?? '', metrics);
    const tooLarge = { ...ORDER, payment_method: 'x'.repeat(1_200_000) };
    const outcomes = await Promise.allSettled([queue.send(tooLarge, CONTEXT), queue.send(ORDER, CONTEXT)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: expect.any(QueueUnavailableError) });
  });

  test('a queue that does not exist', async () => {
    calls = [];
    const queue = createOrderQueue(sqs, `${stack.sqs.endpoint}/000000000000/missing`, metrics);
    await expect(queue.send(ORDER, CONTEXT)).rejects.toBeInstanceOf(QueueUnavailableError);
    await expect(queue.check()).rejects.toThrow();
  });
});
