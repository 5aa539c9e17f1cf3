import { createServer } from 'node:http';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import { createSqs } from '../src/aws.js';
import { createDynamoSdk } from '../src/dynamo/sdk.js';
import { createDynamo } from '../src/dynamo/sdk-client.js';
import { closeServer, listen } from '../src/listen.js';
import { createLogger } from '../src/logger.js';
import { createRegistry } from '../src/metrics.js';
import { SkewGuard } from '../src/skew/skew-guard.js';
import { ManualTimers } from './manual-timers.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

const OPTIONS = { region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 };

test('DynamoDB takes plain objects, without what is undefined', async () => {
  const dynamo = createDynamo(OPTIONS);
  const item = { user_id: 'u1', password_hash: 'x' };
  const TableName = stack.env.USERS_TABLE ?? '';
  await dynamo.put({ TableName, Item: { ...item, nick: undefined } });
  const { Item } = await dynamo.get({ TableName, Key: { user_id: 'u1' } });
  expect(Item).toEqual(item);
  dynamo.destroy();
});

test('SQS carries a message', async () => {
  const sqs = createSqs({ ...OPTIONS, maxSockets: 2 });
  const QueueUrl = stack.env.SQS_QUEUE_URL;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'order' }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['order']);
  sqs.destroy();
});

test('reports the dates of responses, by which a wrong clock shows', async () => {
  const timers = new ManualTimers();
  const logger = createLogger('test', 'silent');
  const clock = { aheadMs: 0 };
  const guard = new SkewGuard({
    limitMs: 2_000,
    clock: () => Date.now() + clock.aheadMs,
    timers,
    logger,
    registry: createRegistry(),
  });
  const dynamo = createDynamo({ ...OPTIONS, dates: guard.observer });
  const sqs = createSqs({ ...OPTIONS, dates: guard.observer });
  const read = () => dynamo.get({ TableName: stack.env.USERS_TABLE ?? '', Key: { user_id: 'nobody' } });
  await read();
  expect(guard.skewMs()).toBe(0);
  clock.aheadMs = -60_000;
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: stack.env.SQS_QUEUE_URL, WaitTimeSeconds: 0 }));
  expect(guard.isOpen).toBe(true);
  expect(guard.skewMs()).toBeLessThan(-58_000);
  clock.aheadMs = 0;
  await read();
  expect(guard.isOpen).toBe(false);
  dynamo.destroy();
  sqs.destroy();
});

test('times out each try without a response, up to the number of tries', async () => {
  let tries = 0;
  const silent = createServer(() => {
    tries += 1;
  });
  const port = await listen(silent, 0, 'PORT');
  const own = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${port}`;
  const dynamo = createDynamoSdk({ ...OPTIONS, maxAttempts: 2, requestTimeoutMs: 50 });
  await expect(dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(tries).toBe(2);
  dynamo.destroy();
  if (own) process.env.AWS_ENDPOINT_URL_DYNAMODB = own;
  silent.closeAllConnections();
  await closeServer(silent);
});
