import type { SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { Registry } from 'prom-client';
import { createMetrics } from '../src/metrics.js';
import { QueueUnavailableError } from '../src/order-errors.js';
import { createOrderQueue } from '../src/orders/order-queue.js';

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
    const queue = createOrderQueue(
      sqs,
      { queueUrl: stack.env.SQS_QUEUE_URL ?? '', sendBudgetMs: 2_000 },
      metrics,
    );
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
    const queue = createOrderQueue(
      sqs,
      { queueUrl: stack.env.SQS_QUEUE_URL ?? '', sendBudgetMs: 2_000 },
      metrics,
    );
    const tooLarge = { ...ORDER, payment_method: 'x'.repeat(1_200_000) };
    const outcomes = await Promise.allSettled([queue.send(tooLarge, CONTEXT), queue.send(ORDER, CONTEXT)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: expect.any(QueueUnavailableError) });
  });

  test('a queue that does not exist', async () => {
    calls = [];
    const queue = createOrderQueue(
      sqs,
      { queueUrl: `${stack.sqs.endpoint}/000000000000/missing`, sendBudgetMs: 2_000 },
      metrics,
    );
    await expect(queue.send(ORDER, CONTEXT)).rejects.toBeInstanceOf(QueueUnavailableError);
    await expect(queue.check()).rejects.toThrow();
  });
});
