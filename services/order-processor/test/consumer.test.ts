/** The acknowledgement contract, case by case, against a real queue. */
import { once } from 'node:events';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { systemClock } from '@order-pipeline/platform/clock';
import { Consumer, type ConsumerOptions, type MessageHandler } from '../src/consumer.js';
import type { HandledMessage } from '../src/handle-message.js';
import type { OrderQueue, ReceivedMessage } from '../src/order-queue.js';
import { CONSUMER_CONFIG, createTestQueue, depth, LOGGER, peek, send, until } from './harness.js';

let stack: TestStack;
let queue: OrderQueue;
let sqs: SQSClient;
let calls: string[];
let consumer: Consumer | undefined;
let acknowledged: HandledMessage[];

beforeEach(async () => {
  // A stack for each test: an aborted receive of the last one may still take a message.
  stack = await startTestStack();
  ({ queue, sqs, calls } = createTestQueue(stack));
  acknowledged = [];
});

afterEach(async () => {
  await consumer?.stop();
  consumer = undefined;
  sqs.destroy();
  await stack.stop();
});

const DELETE: HandledMessage = { acknowledgement: { kind: 'delete' } };

function consume(handle: MessageHandler, options: Partial<ConsumerOptions> = {}): Consumer {
  consumer = new Consumer({
    queue,
    handle,
    config: CONSUMER_CONFIG,
    clock: systemClock,
    logger: LOGGER,
    untilWorkable: async () => undefined,
    onAcknowledged: (handled) => acknowledged.push(handled),
    ...options,
  });
  return consumer;
}

const orderQueueEmpty = async () => (await depth(sqs, stack.env.SQS_QUEUE_URL)) === 0;

test('settled: the messages are deleted, ten in one call', async () => {
  for (let n = 0; n < 10; n += 1) await send(sqs, stack, `order ${n}`);
  const bodies: string[] = [];
  consume(async (message) => {
    bodies.push(message.body);
    return DELETE;
  });
  await until('the queue is empty', orderQueueEmpty);
  expect(bodies.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `order ${n}`));
  expect(calls.filter((call) => call === 'DeleteMessageBatchCommand')).toHaveLength(1);
});

test('later: the message becomes visible again with its attributes, and its receive count grows', async () => {
  await send(sqs, stack, 'order', { request_id: 'r1' });
  const seen: ReceivedMessage[] = [];
  consume(async (message) => {
    seen.push(message);
    return message.receiveCount < 2 ? { acknowledgement: { kind: 'later', delayMs: 0 } } : DELETE;
  });
  await until('the queue is empty', orderQueueEmpty);
  expect(seen.map(({ receiveCount, attributes }) => ({ receiveCount, attributes }))).toEqual([
    { receiveCount: 1, attributes: { request_id: 'r1' } },
    { receiveCount: 2, attributes: { request_id: 'r1' } },
  ]);
});

test('dead letter: moved at once with reason, first error and receive count', async () => {
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, 'x']));
  await send(sqs, stack, 'no order', attributes);
  consume(async () => ({
    acknowledgement: { kind: 'dead-letter', reason: 'POISON' },
    error: new TypeError('it is no order'),
  }));
  await until('the queue is empty', orderQueueEmpty);
  const [letter, ...others] = await peek(sqs, stack.env.SQS_DLQ_URL);
  expect(others).toEqual([]);
  expect(letter?.Body).toBe('no order');
  expect(letter?.MessageAttributes).toMatchObject({
    a0: { StringValue: 'x' },
    dead_letter_reason: { StringValue: 'POISON' },
    first_error: { StringValue: 'TypeError: it is no order' },
    receive_count: { StringValue: '1' },
    original_message_id: { StringValue: expect.stringMatching(/.+/) },
  });
});

test('still at work: the message stays hidden for several visibility timeouts', async () => {
  await send(sqs, stack, 'slow order');
  const work = Promise.withResolvers<HandledMessage>();
  let started = 0;
  consume(() => {
    started += 1;
    return work.promise;
  });
  const extensions = () => calls.filter((call) => call === 'ChangeMessageVisibilityBatchCommand').length;
  await until('the message was kept hidden', () => extensions() >= 7);
  work.resolve(DELETE);
  await until('the queue is empty', orderQueueEmpty);
  expect(started).toBe(1);
});

test('may not claim: handed to others, untried, though a breaker is open', async () => {
  await send(sqs, stack, 'order');
  let mayClaim = false;
  const tried: number[] = [];
  consume(
    async ({ receiveCount }) => {
      tried.push(receiveCount);
      return DELETE;
    },
    {
      mayClaim: () => mayClaim,
      untilWorkable: async (signal) => {
        // The poller gets through once, as when the clock turns out to be wrong during a long poll.
        if (calls.includes('ReceiveMessageCommand') && !mayClaim) await once(signal, 'abort');
      },
    },
  );
  const returned = () => calls.includes('ChangeMessageVisibilityBatchCommand');
  await until('the message went back', returned);
  expect(tried).toEqual([]);
  await consumer?.stop();
  mayClaim = true;
  consume(async ({ receiveCount }) => {
    tried.push(receiveCount);
    return DELETE;
  });
  await until('the queue is empty', orderQueueEmpty);
  expect(tried).toEqual([2]);
});

test('an outage: kept hidden and worked on again, at one receive', async () => {
  await send(sqs, stack, 'order');
  const receives: number[] = [];
  consume(async ({ receiveCount }) => {
    receives.push(receiveCount);
    return receives.length < 4 ? { acknowledgement: { kind: 'wait', delayMs: 400 } } : DELETE;
  });
  await until('the queue is empty', orderQueueEmpty);
  expect(receives).toEqual([1, 1, 1, 1]);
  expect(acknowledged).toEqual([DELETE]);
});

test('an outage, shutting down: visible again after the delay', async () => {
  await send(sqs, stack, 'order');
  const waiting = Promise.withResolvers<void>();
  const running = consume(async () => {
    waiting.resolve();
    return { acknowledgement: { kind: 'wait', delayMs: 600_000 } };
  });
  await waiting.promise;
  await running.stop();
  expect(calls).toContain('ChangeMessageVisibilityBatchCommand');
  expect(acknowledged).toEqual([]);
  expect(await depth(sqs, stack.env.SQS_QUEUE_URL)).toBe(1);
});

test('shutting down, in flight: finished and deleted', async () => {
  await send(sqs, stack, 'order');
  const work = Promise.withResolvers<HandledMessage>();
  const running = consume(() => work.promise);
  await until('the order is in flight', () => running.inFlight === 1);
  const stopped = running.stop();
  work.resolve(DELETE);
  await stopped;
  expect(await orderQueueEmpty()).toBe(true);
});

test('shutting down, not started: visible again at once', async () => {
  await send(sqs, stack, 'order');
  const handled: string[] = [];
  const received = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const receive = queue.receive.bind(queue);
  queue.receive = async () => {
    const messages = await receive(new AbortController().signal, 10);
    received.resolve();
    await release.promise;
    return messages;
  };
  const running = consume(
    async (message) => {
      handled.push(message.body);
      return DELETE;
    },
    { config: { ...CONSUMER_CONFIG, visibilitySeconds: 600 } },
  );
  await received.promise;
  const stopped = running.stop();
  release.resolve();
  await stopped;
  expect(handled).toEqual([]);
  expect((await peek(sqs, stack.env.SQS_QUEUE_URL)).map(({ Body }) => Body)).toEqual(['order']);
});

test.each([
  ['unfinished after the drain: cut off and released', {}],
  ['with every slot taken: the drain starts at once', { maxInFlight: 1 }],
])('shutting down, %s', async (_, config) => {
  await send(sqs, stack, 'order');
  const running = consume(
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ acknowledgement: { kind: 'later', delayMs: 0 } }));
      }),
    { config: { ...CONSUMER_CONFIG, drainMs: 1, ...config } },
  );
  await until('the order is in flight', () => running.inFlight === 1);
  await running.stop();
  expect((await peek(sqs, stack.env.SQS_QUEUE_URL)).map(({ Body }) => Body)).toEqual(['order']);
});

test('the acknowledgement fails: the message becomes visible again by itself', async () => {
  await send(sqs, stack, 'order');
  const remove = queue.delete.bind(queue);
  let deletes = 0;
  queue.delete = async (message) => {
    deletes += 1;
    if (deletes === 1) throw new Error('SQS is unavailable');
    await remove(message);
  };
  const counts: number[] = [];
  consume(async ({ receiveCount }) => {
    counts.push(receiveCount);
    return DELETE;
  });
  await until('the queue is empty', orderQueueEmpty);
  expect(counts).toEqual([1, 2]);
  expect(acknowledged).toEqual([DELETE]);
});

test('while a breaker is open nothing is received', async () => {
  await send(sqs, stack, 'order');
  const closed = Promise.withResolvers<void>();
  const counts: number[] = [];
  consume(
    async ({ receiveCount }) => {
      counts.push(receiveCount);
      return DELETE;
    },
    { untilWorkable: () => closed.promise },
  );
  expect(calls).toEqual(['SendMessageCommand']);
  closed.resolve();
  await until('the queue is empty', orderQueueEmpty);
  expect(counts).toEqual([1]);
});

test('an order that a long poll brings after a breaker has opened waits, and is tried once', async () => {
  await send(sqs, stack, 'order');
  const closed = Promise.withResolvers<void>();
  let asked = 0;
  const counts: number[] = [];
  const running = consume(
    async ({ receiveCount }) => {
      counts.push(receiveCount);
      return DELETE;
    },
    {
      untilWorkable: () => {
        asked += 1;
        return asked === 1 ? Promise.resolve() : closed.promise;
      },
    },
  );
  await until('the order is received', () => running.inFlight === 1);
  expect(counts).toEqual([]);
  closed.resolve();
  await until('the queue is empty', orderQueueEmpty);
  expect(counts).toEqual([1]);
});

test('a receive that fails is tried again', async () => {
  await send(sqs, stack, 'order');
  const receive = queue.receive.bind(queue);
  let receives = 0;
  queue.receive = async (signal, maxMessages) => {
    receives += 1;
    if (receives === 1) throw new Error('SQS is unavailable');
    return receive(signal, maxMessages);
  };
  consume(async () => DELETE);
  await until('the queue is empty', orderQueueEmpty);
  expect(acknowledged).toEqual([DELETE]);
});

test('no more orders are in flight than there is room for', async () => {
  for (let n = 0; n < 12; n += 1) await send(sqs, stack, `order ${n}`);
  let running = 0;
  let most = 0;
  consume(
    async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return DELETE;
    },
    { config: { ...CONSUMER_CONFIG, maxInFlight: 1 } },
  );
  await until('the queue is empty', orderQueueEmpty);
  expect(most).toBe(1);
  expect(acknowledged).toHaveLength(12);
});

test('works on fewer orders at once while they fail, and on as many as before when they pass', async () => {
  const failure: HandledMessage = {
    acknowledgement: { kind: 'later', delayMs: 0 },
    error: new Error('unavailable'),
  };
  let answer = failure;
  let most = 0;
  let inWork = 0;
  for (let n = 0; n < 60; n += 1) await send(sqs, stack, `order ${n}`);
  const running = consume(async () => {
    inWork += 1;
    most = Math.max(most, inWork);
    await new Promise((resolve) => setImmediate(resolve));
    inWork -= 1;
    return answer;
  });
  expect(running.inFlightLimit).toBe(CONSUMER_CONFIG.maxInFlight);
  await until('the limit has fallen', async () => running.inFlightLimit === 4);
  most = 0;
  answer = DELETE;
  await until('the queue is empty', orderQueueEmpty);
  expect(running.inFlightLimit).toBeGreaterThanOrEqual(4);
  expect(most).toBeLessThanOrEqual(CONSUMER_CONFIG.maxInFlight);
});
