import { describe, expect, test } from '@jest/globals';
import { loadLocalConfig } from '@order-pipeline/local/config';
import { startTestStack } from '@order-pipeline/local/test-stack';
import { withLocalDefaults } from '@order-pipeline/platform/local-defaults';
import { loadConfig } from '../src/config.js';

const portOf = (url: string | undefined) => Number(new URL(url ?? '').port);

describe('an environment without settings', () => {
  test('points at the ports of the local stack', () => {
    const environment = withLocalDefaults({});
    const { ports } = loadLocalConfig({});
    const { queueUrl, redisUrl, inventoryUrl, fraudUrl, paymentUrl } = loadConfig(environment);
    expect({
      sqs: portOf(queueUrl),
      dynamo: portOf(environment.AWS_ENDPOINT_URL_DYNAMODB),
      redis: portOf(redisUrl.current),
      scoringGrpc: portOf(inventoryUrl),
    }).toEqual({
      sqs: ports.sqs,
      dynamo: ports.dynamo,
      redis: ports.redis,
      scoringGrpc: ports.scoringGrpc,
    });
    expect([fraudUrl, paymentUrl]).toEqual([inventoryUrl, inventoryUrl]);
    expect(portOf(environment.AWS_ENDPOINT_URL_SQS)).toBe(ports.sqs);
  });

  test('names the queues as the emulator does', async () => {
    const stack = await startTestStack();
    try {
      const { SQS_QUEUE_URL, SQS_DLQ_URL } = stack.env;
      expect(withLocalDefaults({ AWS_ENDPOINT_URL_SQS: stack.sqs.endpoint })).toMatchObject({
        SQS_QUEUE_URL,
        SQS_DLQ_URL,
      });
    } finally {
      await stack.stop();
    }
  });
});

test('the variables that move the ports are followed', () => {
  const environment = withLocalDefaults({
    LOCAL_SQS_PORT: '1',
    LOCAL_DYNAMODB_PORT: '2',
    LOCAL_REDIS_PORT: '3',
    SCORING_GRPC_PORT: '4',
  });
  expect(environment).toMatchObject({
    SQS_QUEUE_URL: 'http://127.0.0.1:1/000000000000/order-queue',
    SQS_DLQ_URL: 'http://127.0.0.1:1/000000000000/order-dlq',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
    REDIS_URL: 'redis://127.0.0.1:3',
    PAYMENT_URL: 'http://127.0.0.1:4',
  });
});

test('what is set stays, and an empty variable counts as unset', () => {
  const environment = withLocalDefaults({ STAGE: 'local', AWS_REGION: 'eu-central-1', REDIS_URL: '' });
  expect(environment).toMatchObject({ AWS_REGION: 'eu-central-1', REDIS_URL: 'redis://127.0.0.1:6380' });
});

test('another stage gets no defaults', () => {
  expect(withLocalDefaults({ STAGE: 'prod', ORDERS_TABLE: 'o' })).toEqual({
    STAGE: 'prod',
    ORDERS_TABLE: 'o',
  });
});
