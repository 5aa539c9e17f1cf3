/** Support of the processor's tests: clients on the test stack, and reads of its queues. */
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { untilPasses } from '@order-pipeline/local/ready';
import type { TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '@order-pipeline/platform/aws';
import { createLogger } from '@order-pipeline/platform/logger';
import type { ConsumerConfig } from '../src/config.js';
import { OrderQueue } from '../src/order-queue.js';

export const LOGGER = createLogger('test', 'silent');

export const CONSUMER_CONFIG: ConsumerConfig = {
  visibilitySeconds: 1,
  receiveWaitSeconds: 1,
  maxInFlight: 20,
  deleteLingerMs: 5,
  drainMs: 20_000,
};

/** A queue of the stack that counts the calls that it makes. */
export function createTestQueue(stack: TestStack): { queue: OrderQueue; sqs: SQSClient; calls: string[] } {
  const sqs = createSqs({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 10_000 });
  const calls: string[] = [];
  sqs.middlewareStack.add(
    (next, context) => (args) => {
      calls.push(context.commandName ?? '');
      return next(args);
    },
    { step: 'initialize' },
  );
  const queue = new OrderQueue({ sqs, ...queueUrls(stack), ...CONSUMER_CONFIG });
  return { queue, sqs, calls };
}

export function queueUrls({ env }: TestStack) {
  return { queueUrl: env.SQS_QUEUE_URL ?? '', deadLetterQueueUrl: env.SQS_DLQ_URL ?? '' };
}

export async function send(
  sqs: SQSClient,
  stack: TestStack,
  body: string,
  attributes: Record<string, string> = {},
) {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.env.SQS_QUEUE_URL,
      MessageBody: body,
      MessageGroupId: 'u123',
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    }),
  );
}

/** Returns the number of messages in a queue, hidden ones included. */
export async function depth(sqs: SQSClient, queueUrl: string | undefined): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

/** Reads the messages of a queue without removing them. */
export async function peek(sqs: SQSClient, queueUrl: string | undefined) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      WaitTimeSeconds: 0,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Waits until a condition holds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  await untilPasses(
    what,
    async () => {
      if (!(await condition())) throw new Error(`${what}: not yet`);
    },
    30_000,
  );
}
