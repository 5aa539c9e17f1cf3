import { expect, test } from '@jest/globals';
import { ConfigError } from '@order-pipeline/platform/env';
import { loadConfig } from '../src/config.js';

const QUEUES = { SQS_QUEUE_URL: 'http://sqs/1/order-queue', SQS_DLQ_URL: 'http://sqs/1/order-dlq' };

test('a local processor requires the queues alone', () => {
  expect(loadConfig(QUEUES)).toMatchObject({
    stage: 'local',
    port: 9090,
    queueUrl: 'http://sqs/1/order-queue',
    deadLetterQueueUrl: 'http://sqs/1/order-dlq',
    ordersTable: 'orders',
    inventoryUrl: 'http://localhost:50051',
    protocol: { leaseMs: 15_000, leaseMarginMs: 5_000, maxReceives: 5 },
    consumer: { visibilitySeconds: 30, receiveWaitSeconds: 20, maxInFlight: 64, drainMs: 20_000 },
    stopTimeoutMs: 25_000,
  });
});

test.each(['dev', 'prod'])('%s requires the address of every dependency', (STAGE) => {
  const problems = problemsOf({ STAGE });
  expect(problems.map(({ variable, problem }) => `${variable} ${problem}`)).toEqual([
    'SQS_QUEUE_URL is not set',
    'SQS_DLQ_URL is not set',
    'ORDERS_TABLE is not set',
    'INVENTORY_TABLE is not set',
    'PAYMENTS_TABLE is not set',
    'REDIS_URL is not set',
    'INVENTORY_URL is not set',
    'FRAUD_URL is not set',
    'PAYMENT_URL is not set',
  ]);
});

test('every problem is reported at once', () => {
  const problems = problemsOf({
    PORT: 'x',
    SQS_QUEUE_URL: 'order-queue',
    LEASE_MS: '60000',
    LEASE_MARGIN_MS: '60000',
    PAYMENT_URL: 'grpc://payment',
    REDIS_URL: 'http://redis',
  });
  expect(problems.map(({ variable }) => variable)).toEqual([
    'LEASE_MS',
    'LEASE_MARGIN_MS',
    'PORT',
    'SQS_QUEUE_URL',
    'SQS_DLQ_URL',
    'REDIS_URL',
    'PAYMENT_URL',
  ]);
  expect(problems[0]).toEqual({
    variable: 'LEASE_MS',
    problem: 'is longer than VISIBILITY_TIMEOUT_SECONDS',
    remedy: 'shorten the lease, so that a message that reappears finds it expired',
  });
});

function problemsOf(env: Record<string, string>) {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  throw new Error('the configuration was accepted');
}
