/** Calls of the order queue, with scripted responses of SQS. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, expect, test } from '@jest/globals';
import { OrderQueue, type ReceivedMessage } from '../src/order-queue.js';

const MESSAGE: ReceivedMessage = {
  id: 'm1',
  body: 'a body',
  receiptHandle: 'r1',
  receiveCount: 3,
  attributes: {},
};

let calls: { readonly name: string; readonly input: Record<string, unknown> }[];
let answer: object;
let queue: OrderQueue;

beforeEach(() => {
  calls = [];
  answer = {};
  const send = async (command: { input: Record<string, unknown> }) => {
    calls.push({ name: command.constructor.name, input: command.input });
    return answer;
  };
  queue = new OrderQueue({
    sqs: { send } as unknown as SQSClient,
    queueUrl: 'http://sqs/0/order-queue',
    deadLetterQueueUrl: 'http://sqs/0/order-dlq',
    visibilitySeconds: 30,
    receiveWaitSeconds: 20,
    deleteLingerMs: 1,
  });
});

const receive = () => queue.receive(new AbortController().signal, 10);

test('no response is no message', async () => expect(await receive()).toEqual([]));

test('a message has its attributes, and texts of its own only', async () => {
  const before = Date.now();
  answer = {
    Messages: [
      {
        MessageId: 'm1',
        Body: 'b',
        ReceiptHandle: 'r',
        Attributes: { ApproximateReceiveCount: '4', SentTimestamp: '1700000000000', MessageGroupId: 'u1' },
        MessageAttributes: { request_id: { StringValue: 'q' }, empty: { StringValue: '' }, binary: {} },
      },
      {},
    ],
  };
  const [full, empty] = await receive();
  expect(full).toEqual({
    id: 'm1',
    body: 'b',
    receiptHandle: 'r',
    receiveCount: 4,
    sentAt: 1_700_000_000_000,
    attributes: { request_id: 'q' },
    groupId: 'u1',
  });
  expect(empty).toMatchObject({ id: '', body: '', receiptHandle: '', receiveCount: 1, attributes: {} });
  expect(empty?.sentAt).toBeGreaterThanOrEqual(before);
});

test.each([
  [0, 0],
  [1, 1],
  [1_001, 2],
  [24 * 3_600_000, 43_200],
])('%i ms hide a message for %i s', async (milliseconds, seconds) => {
  await queue.changeVisibility(MESSAGE, milliseconds);
  expect(calls[0]?.input.Entries).toEqual([{ Id: '0', ReceiptHandle: 'r1', VisibilityTimeout: seconds }]);
});

test('the entry that SQS refuses rejects, the others do not', async () => {
  answer = { Failed: [{ Id: '1', Code: 'ReceiptHandleIsInvalid' }, { Id: '2' }] };
  const results = await Promise.allSettled(
    ['r0', 'r1', 'r2'].map((receiptHandle) => queue.delete({ ...MESSAGE, receiptHandle })),
  );
  expect(calls).toHaveLength(1);
  expect(results.map((it) => (it.status === 'rejected' ? String(it.reason.message) : it.status))).toEqual([
    'fulfilled',
    'SQS refused the entry: ReceiptHandleIsInvalid',
    'SQS refused the entry: unknown',
  ]);
});

test.each([
  ['u1', { MessageGroupId: 'u1' }],
  [undefined, {}],
])('a message of the group %s is dead-lettered with its reason, and deleted', async (groupId, group) => {
  const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, 'x']));
  await queue.deadLetter({ ...MESSAGE, groupId, attributes }, 'POISON', 'no JSON');
  const [sent, deleted] = calls;
  const { MessageAttributes = {}, ...rest } = sent?.input ?? {};
  expect(rest).toEqual({ QueueUrl: 'http://sqs/0/order-dlq', MessageBody: 'a body', ...group });
  expect(Object.keys(MessageAttributes as object).length).toBeLessThanOrEqual(10);
  expect(MessageAttributes).toMatchObject({
    a0: { DataType: 'String', StringValue: 'x' },
    dead_letter_reason: { DataType: 'String', StringValue: 'POISON' },
    first_error: { DataType: 'String', StringValue: 'no JSON' },
    receive_count: { DataType: 'String', StringValue: '3' },
    original_message_id: { DataType: 'String', StringValue: 'm1' },
  });
  expect(deleted?.name).toBe('DeleteMessageBatchCommand');
});

test('a message that cannot be dead-lettered is not deleted', async () => {
  const refuse = async () => {
    throw new Error('SQS is unavailable');
  };
  const broken = new OrderQueue({
    sqs: { send: refuse } as unknown as SQSClient,
    queueUrl: 'http://sqs/0/order-queue',
    deadLetterQueueUrl: 'http://sqs/0/order-dlq',
    visibilitySeconds: 30,
    receiveWaitSeconds: 20,
    deleteLingerMs: 1,
  });
  await expect(broken.deadLetter(MESSAGE, 'POISON', 'x')).rejects.toThrow('SQS is unavailable');
});
