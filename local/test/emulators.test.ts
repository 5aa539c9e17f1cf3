import { once } from 'node:events';
import { connect } from 'node:net';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { createSqs } from '@order-pipeline/platform/aws';
import { PortInUseError } from '@order-pipeline/platform/listen';
import { startDynamoEmulator, startSqsEmulator } from '../src/emulators.js';
import { startTestStack } from '../src/test-stack.js';

test('a message that a dead long poll has taken becomes visible again at once', async () => {
  const stack = await startTestStack();
  const QueueUrl = stack.env.SQS_QUEUE_URL;
  const sqs = createSqs({ region: 'us-east-1', maxAttempts: 1, requestTimeoutMs: 30_000 });
  try {
    await pollAndDie(stack.sqs.port, { QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 3_600 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'order', MessageGroupId: 'u1' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['order']);
  } finally {
    sqs.destroy();
    await stack.stop();
  }
});

/** Sends a receive, closes the connection, and resolves when the server has noticed. */
async function pollAndDie(port: number, receive: Record<string, unknown>): Promise<void> {
  const body = JSON.stringify(receive);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const request = [
    'POST / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/x-amz-json-1.0',
    'X-Amz-Target: AmazonSQS.ReceiveMessage',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  socket.resume().end(request);
  await once(socket, 'close');
}

test.each([
  ['SQS', startSqsEmulator, 'LOCAL_SQS_PORT'],
  ['DynamoDB', startDynamoEmulator, 'LOCAL_DYNAMODB_PORT'],
])('%s on a busy port names the variable that moves it', async (_, start, variable) => {
  const first = await start();
  await expect(start(first.port)).rejects.toThrow(PortInUseError);
  await expect(start(first.port)).rejects.toThrow(
    `Port ${first.port} is in use: stop what listens there, or set ${variable} to a free port`,
  );
  await first.stop();
});
