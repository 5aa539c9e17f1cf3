/** The parts of the operator's commands that need no system. */
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { ConfigError } from '@order-pipeline/platform/env';
import { withLocalDefaults } from '@order-pipeline/platform/local-defaults';
import { loadOperatorConfig } from '../src/operator/config.js';
import { originalAttributes, toDeadLetter } from '../src/operator/dead-letter.js';
import { createPace } from '../src/operator/pace.js';
import { createProgress } from '../src/operator/progress.js';
import { checkAnswers, dynamoOf, explainAwsError, explainStoreError, sqsOf } from '../src/operator/reach.js';
import { toAge, toCount, toFields, toLine, toMoney, toTable } from '../src/operator/text.js';

describe('text', () => {
  test.each([
    [2500, 'USD', '25.00 USD'],
    [2500, 'JPY', '2500 JPY'],
    [2500, 'KWD', '2.500 KWD'],
    [2500, 'nonsense', '2500 nonsense'],
  ])('%s %s is %s', (amount, currency, expected) => {
    expect(toMoney(amount, currency)).toBe(expected);
  });

  test.each([
    [-5_000, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('%s ms are %s', (milliseconds, expected) => {
    expect(toAge(milliseconds)).toBe(expected);
  });

  test('terminal control sequences are removed', () => {
    expect(toLine('a\u001b[31mred\nb\u202e')).toBe('a [31mred b');
    expect(toTable(['A', 'B'], [['\u0007x', 'long cell']])).toBe('A  B\nx  long cell\n');
  });

  test('a long line is cut', () => {
    expect(toLine('abcdef', 4)).toBe('abc…');
  });

  test('fields without a value are left out', () => {
    expect(
      toFields([
        ['a', '1'],
        ['empty', ''],
        ['none', undefined],
        ['bcd', '2'],
      ]),
    ).toBe('a    1\nbcd  2\n');
  });

  test('counts have their noun', () => {
    expect([toCount(1, 'message'), toCount(2, 'message')]).toEqual(['1 message', '2 messages']);
  });
});

describe('pace', () => {
  test('work starts at even intervals, also when it was asked for at once', async () => {
    let now = 1_000;
    const slept: number[] = [];
    const pace = createPace(4, {
      clock: () => now,
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
      },
      signal: new AbortController().signal,
    });
    await Promise.all([pace(), pace(), pace()]);
    now = 5_000;
    await pace();
    expect(slept).toEqual([250, 500]);
  });

  test('progress is reported every two seconds', () => {
    let now = 0;
    const told: string[] = [];
    const progress = createProgress({ clock: () => now, err: (text) => told.push(text) }, 3);
    for (const [at, done] of [
      [500, 1],
      [2_000, 2],
      [3_999, 3],
      [4_000, 5],
    ] as const) {
      now = at;
      progress(done, 'read');
    }
    expect(told).toEqual(['read 2 of about 3\n', 'read 5 of about 5\n']);
  });
});

describe('settings', () => {
  test('without any, the local stack is meant', () => {
    expect(loadOperatorConfig(withLocalDefaults({}))).toEqual({
      stage: 'local',
      logLevel: 'info',
      awsRegion: 'us-east-1',
      version: 'unknown',
      queueUrl: 'http://127.0.0.1:9324/000000000000/order-queue',
      deadLetterQueueUrl: 'http://127.0.0.1:9324/000000000000/order-dlq',
      ordersTable: 'orders',
      inventoryTable: 'inventory',
      paymentsTable: 'payments',
      eventsTopicArn: 'arn:aws:sns:us-east-1:000000000000:order-events',
      inventoryUrl: 'http://127.0.0.1:50051',
      fraudUrl: 'http://127.0.0.1:50051',
      paymentUrl: 'http://127.0.0.1:50051',
      rpcTls: {},
      sqsEndpoint: 'http://127.0.0.1:9324',
      dynamoEndpoint: 'http://127.0.0.1:4567',
      user: undefined,
    });
  });

  test("the local stack's port variables and the SDK's endpoints move it", () => {
    expect(
      withLocalDefaults({ AWS_ENDPOINT_URL: 'http://emulator:4566/', SCORING_GRPC_PORT: '1234', STAGE: '' }),
    ).toMatchObject({
      AWS_ENDPOINT_URL_SQS: 'http://emulator:4566/',
      SQS_DLQ_URL: 'http://emulator:4566/000000000000/order-dlq',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://emulator:4566/',
      PAYMENT_URL: 'http://127.0.0.1:1234',
    });
  });

  test('an endpoint that is no URL is named', () => {
    expect(() => loadOperatorConfig(withLocalDefaults({ AWS_ENDPOINT_URL_SQS: 'localhost' }))).toThrow(
      /AWS_ENDPOINT_URL_SQS is not a URL/,
    );
  });

  test('on any other stage queues and tables have to be named', () => {
    const load = () => loadOperatorConfig(withLocalDefaults({ STAGE: 'prod' }));
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(
      /SQS_QUEUE_URL is not set.*SQS_DLQ_URL.*ORDERS_TABLE.*INVENTORY_TABLE.*PAYMENTS_TABLE/s,
    );
  });
});

describe('what cannot be reached', () => {
  const local = loadOperatorConfig(withLocalDefaults({}));
  const prod = loadOperatorConfig({
    STAGE: 'prod',
    SQS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/q',
    SQS_DLQ_URL: 'https://sqs.eu-west-1.amazonaws.com/1/d',
    ORDERS_TABLE: 'o-prod',
    INVENTORY_TABLE: 'i-prod',
    PAYMENTS_TABLE: 'p-prod',
    INVENTORY_URL: 'http://scoring:50051',
    FRAUD_URL: 'http://scoring:50051',
    PAYMENT_URL: 'http://scoring:50051',
  });
  const named = (name: string, more: object = {}) => Object.assign(new Error('said AWS'), { name, ...more });
  const SQS = 'SQS at https://sqs.eu-west-1.amazonaws.com (SQS_DLQ_URL)';

  test.each([
    ['refused', { code: 'ECONNREFUSED' }, 69, `cannot reach ${SQS}`],
    ['timed out', { name: 'TimeoutError' }, 69, `cannot reach ${SQS}`],
    ['5xx', { $metadata: { httpStatusCode: 503 } }, 69, `cannot reach ${SQS}`],
    ['no queue', { name: 'QueueDoesNotExist' }, 78, 'does not have it: check SQS_QUEUE_URL and SQS_DLQ_URL'],
    ['no right', { name: 'AccessDeniedException' }, 78, 'refuses these credentials (said AWS)'],
    ['no credentials', { name: 'CredentialsProviderError' }, 78, 'there are no AWS credentials'],
    ['no such call', { name: 'ValidationException' }, 1, 'refuses the call: said AWS'],
  ])('%s', (_, error, exitCode, message) => {
    expect(explainAwsError(named('Error', error), sqsOf(prod))).toMatchObject({
      exitCode,
      message: expect.stringContaining(message),
    });
  });

  test('what is no matter of reaching stays as it is', () => {
    const error = named('ConditionalCheckFailedException', { $metadata: { httpStatusCode: 400 } });
    expect(explainAwsError(error, dynamoOf(prod))).toBe(error);
    expect(explainAwsError('text', dynamoOf(prod))).toBe('text');
  });

  test('outside local every address has to be named', () => {
    expect(() => loadOperatorConfig({ STAGE: 'prod' })).toThrow(
      /INVENTORY_URL is not set[\s\S]*PAYMENT_URL is not set/,
    );
  });

  test('an outage of the store is explained by its cause', () => {
    const refused = new StoreUnavailableError('down', { cause: named('Error', { code: 'ECONNREFUSED' }) });
    expect(explainStoreError(refused, dynamoOf(prod))).toMatchObject({
      exitCode: 69,
      message: expect.stringContaining('cannot reach DynamoDB at us-east-1 (AWS_REGION)'),
    });
    const throttled = new StoreUnavailableError('busy', { cause: named('ThrottlingException') });
    expect(explainStoreError(throttled, dynamoOf(prod))).toBe(throttled);
    const missing = named('ResourceNotFoundException');
    expect(explainStoreError(missing, dynamoOf(prod))).toMatchObject({ exitCode: 78 });
  });

  test('on AWS DynamoDB is found by its region', () => {
    expect(explainAwsError(named('TimeoutError'), dynamoOf(prod))).toMatchObject({
      message:
        'cannot reach DynamoDB at us-east-1 (AWS_REGION): check the variable, and that this machine may connect to it',
    });
  });

  test('on a laptop the remedy is to start the stack', () => {
    expect(explainAwsError(named('Error', { code: 'ECONNREFUSED' }), dynamoOf(local))).toMatchObject({
      message: expect.stringMatching(/^cannot reach DynamoDB at http:\/\/127.0.0.1:4567 .*npm start/),
    });
  });

  test.each([Code.NotFound, Code.InvalidArgument])('a service that answers %s is there', async (code) => {
    await expect(checkAnswers(Promise.reject(new ConnectError('no', code)), sqsOf(local))).resolves.toBe(
      undefined,
    );
  });

  test('any other failure of a call is thrown', async () => {
    await expect(checkAnswers(Promise.reject(new TypeError('bug')), sqsOf(local))).rejects.toThrow(TypeError);
    await expect(
      checkAnswers(Promise.reject(new ConnectError('no', Code.DeadlineExceeded)), sqsOf(local)),
    ).rejects.toMatchObject({ exitCode: 69 });
  });
});

test('a dead letter keeps its group, and loses the dead-letter attributes', () => {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const letter = toDeadLetter({
    MessageId: 'm2',
    Body: 'no order',
    ReceiptHandle: 'r',
    Attributes: { SentTimestamp: '5', MessageGroupId: 'u123' },
    MessageAttributes: {
      traceparent: text('00-a-b-01'),
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1]) },
      dead_letter_reason: text('POISON'),
      first_error: text('bad'),
      receive_count: text('2'),
      original_message_id: text('m1'),
    },
  });
  expect(letter).toMatchObject({
    groupId: 'u123',
    reason: 'POISON',
    receiveCount: 2,
    originalId: 'm1',
    sentAt: 5,
  });
  expect(Object.keys(originalAttributes(letter))).toEqual(['traceparent', 'bytes']);
});

test('a message without anything is a dead letter, too', () => {
  expect(toDeadLetter({})).toMatchObject({
    id: '',
    originalId: '',
    body: '',
    order: undefined,
    reason: 'MOVED_BY_SQS',
    receiveCount: undefined,
    attributes: {},
  });
});
