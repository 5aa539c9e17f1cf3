import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { awsEnvironment } from '@order-pipeline/local/environment';
import { createSqs } from '@order-pipeline/platform/aws';
import { type Emulator, startDynamoEmulator, startSqsEmulator } from '../src/emulators.js';

let sqs: Emulator;
let dynamo: Emulator;

beforeAll(async () => {
  [sqs, dynamo] = await Promise.all([startSqsEmulator(), startDynamoEmulator()]);
});

afterAll(async () => {
  await Promise.all([sqs.stop(), dynamo.stop()]);
});

it('creates the queues and tables of the contracts in emulators that run elsewhere', async () => {
  const env = { PATH: process.env.PATH, ...awsEnvironment(sqs.endpoint, dynamo.endpoint) };
  const main = join(import.meta.dirname, '../dist/provision-main.js');
  await promisify(execFile)(process.execPath, [main], { env });

  Object.assign(process.env, awsEnvironment(sqs.endpoint, dynamo.endpoint));
  const queues = createSqs({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 });
  const { QueueUrls = [] } = await queues.send(new ListQueuesCommand());
  expect(QueueUrls.map((url) => url.split('/').at(-1)).sort()).toEqual(['order-dlq', 'order-queue']);
  const tables = new DynamoDBClient({ region: 'us-east-1' });
  const { TableNames = [] } = await tables.send(new ListTablesCommand());
  expect(TableNames.sort()).toEqual(['inventory', 'orders', 'payments', 'users']);
  queues.destroy();
  tables.destroy();
});
