import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { QUEUES } from '@order-pipeline/contracts/queues';
import { createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { startDynamoEmulator, startSqsEmulator } from '../src/emulators.js';
import { awsEnvironment } from '../src/environment.js';

const PROGRAM = fileURLToPath(new URL('../dist/provision-main.js', import.meta.url));

test('provisions emulators that run elsewhere, as often as it is asked to', async () => {
  const [sqs, dynamo] = await Promise.all([startSqsEmulator(), startDynamoEmulator()]);
  const env = awsEnvironment(sqs.endpoint, dynamo.endpoint);
  for (const _ of [1, 2]) {
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  }
  Object.assign(process.env, env);
  const client = { region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 5_000 };
  const { QueueUrls = [] } = await createSqs(client).send(new ListQueuesCommand({}));
  const { TableNames } = await createDynamoSdk(client).send(new ListTablesCommand({}));
  expect(QueueUrls.map((url) => url.split('/').at(-1)).toSorted()).toEqual(
    QUEUES.map(({ name }) => name).toSorted(),
  );
  expect(TableNames).toEqual(expect.arrayContaining(['inventory', 'orders', 'payments', 'users']));
  await Promise.all([sqs.stop(), dynamo.stop()]);
});
