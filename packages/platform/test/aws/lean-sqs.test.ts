/** The lean SQS calls against the SDK's own: the same requests, answers and errors. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { createSqs } from '../../src/aws.js';
import { type AnsweringServer, startAnsweringServer } from './answering-server.js';
import { describeConformance, type Kind } from './conformance.js';
import { toSdkConfig } from './sdk-config.js';

let server: AnsweringServer;
const clients: SQSClient[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  server = await startAnsweringServer('sqs');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'a-session',
    AWS_ENDPOINT_URL_SQS: server.endpoint,
  });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(async () => {
  process.env = environment;
  await server.stop();
});

const OPTIONS = { region: 'us-east-1', maxAttempts: 2, requestTimeoutMs: 400 };

function create(kind: Kind): SQSClient {
  const client =
    kind === 'lean' ? createSqs(OPTIONS) : new SQSClient({ ...toSdkConfig(OPTIONS), md5: false });
  clients.push(client);
  return client;
}

const QueueUrl = () => `${server.endpoint}/000000000000/order-queue`;
const COMMANDS: readonly [string, () => object, object][] = [
  [
    'SendMessageBatch',
    () =>
      new SendMessageBatchCommand({
        QueueUrl: QueueUrl(),
        Entries: [
          {
            Id: '0',
            MessageBody: '{"ä":"€ \\" 😀"}',
            MessageGroupId: 'u1',
            DelaySeconds: undefined,
            MessageAttributes: { request_id: { DataType: 'String', StringValue: 'r1' } },
          },
        ],
      }),
    {
      Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: 'x' }],
      Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
    },
  ],
  [
    'ReceiveMessage',
    () =>
      new ReceiveMessageCommand({
        QueueUrl: QueueUrl(),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
      }),
    {
      Messages: [
        {
          MessageId: 'm1',
          ReceiptHandle: 'h1',
          Body: '{"order":"€"}',
          Attributes: { ApproximateReceiveCount: '1' },
          MessageAttributes: {
            a: { DataType: 'String', StringValue: 'v' },
            b: { DataType: 'Binary', BinaryValue: 'AAEC' },
          },
        },
      ],
    },
  ],
  [
    'DeleteMessageBatch',
    () =>
      new DeleteMessageBatchCommand({ QueueUrl: QueueUrl(), Entries: [{ Id: '0', ReceiptHandle: 'h1' }] }),
    { Successful: [{ Id: '0' }] },
  ],
  [
    'ChangeMessageVisibilityBatch',
    () =>
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: QueueUrl(),
        Entries: [{ Id: '0', ReceiptHandle: 'h1', VisibilityTimeout: 0 }],
      }),
    { Successful: [{ Id: '0' }] },
  ],
];

describeConformance(
  () => server,
  COMMANDS.map(([operation, command, answer]) => ({
    operation,
    answer,
    call: (kind, options) =>
      (create(kind) as unknown as { send(command: object, options?: object): Promise<unknown> }).send(
        command(),
        options,
      ),
  })),
);
