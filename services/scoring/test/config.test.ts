import { describe, expect, it, test } from '@jest/globals';
import { listProblems } from '../../../packages/platform/test/problems.js';
import { loadConfig } from '../src/config.js';

const complete = {
  INVENTORY_TABLE: 'inventory',
  PAYMENTS_TABLE: 'payments',
  REDIS_URL: 'redis://localhost:6379',
};

function problemsOf(env: Record<string, string>): string[] {
  return listProblems(() => loadConfig(env));
}

test('serves all three services on the standard ports by default', () => {
  const { fraud, ...config } = loadConfig(complete);
  expect({ ...config, fraud: { ...fraud, redisUrl: fraud?.redisUrl?.current } }).toEqual({
    stage: 'local',
    logLevel: 'info',
    awsRegion: 'us-east-1',
    version: 'unknown',
    grpcPort: 50_051,
    httpPort: 8_081,
    stopTimeoutMs: 25_000,
    storeTimeoutMs: 1_000,
    inventory: { table: 'inventory' },
    fraud: {
      card: {
        scales: {
          amount: { from: 100_000, full: 1_000_000, weight: 0.8 },
          velocity: { from: 10, full: 60, weight: 0.4 },
          quantity: { from: 20, full: 200, weight: 0.3 },
          account_age: { from: 30, full: 1, weight: 0.2 },
        },
        rejectFrom: 0.8,
        velocityWindowMs: 60_000,
      },
      redisUrl: 'redis://localhost:6379',
      redisTimeoutMs: 100,
    },
    payment: {
      table: 'payments',
      gatewayTimeoutMs: 2_000,
      gatewaySlowMs: 1_500,
      gatewayOutageFile: '',
      gatewaySlowFile: '',
    },
  });
});

describe('SCORING_SERVICES', () => {
  it.each([
    ['inventory', ['inventory']],
    ['payment, inventory', ['inventory', 'payment']],
    ['fraud,fraud', ['fraud']],
    ['', ['inventory', 'fraud', 'payment']],
  ])('%j', (list, served) => {
    const config = loadConfig({ ...complete, SCORING_SERVICES: list });
    expect(['inventory', 'fraud', 'payment'].filter((name) => name in config)).toEqual(served);
  });

  test('requires only the settings of the served services', () => {
    expect(problemsOf({ SCORING_SERVICES: 'fraud' })).toEqual([]);
    expect(problemsOf({ SCORING_SERVICES: 'payment' })).toEqual(['PAYMENTS_TABLE is not set']);
  });
});

test('every problem is reported at once', () => {
  expect(
    problemsOf({
      GRPC_PORT: 'http',
      PORT: '99999',
      REDIS_URL: 'localhost',
      FRAUD_AMOUNT_FROM: '5',
      FRAUD_AMOUNT_FULL: '5',
      FRAUD_ACCOUNT_AGE_FULL: '30',
      FRAUD_VELOCITY_WEIGHT: '1.5',
      GATEWAY_TIMEOUT_MS: '0',
    }),
  ).toEqual([
    'GRPC_PORT is not a whole number',
    'PORT is too large',
    'INVENTORY_TABLE is not set',
    'FRAUD_AMOUNT_FULL is not above FRAUD_AMOUNT_FROM',
    'FRAUD_VELOCITY_WEIGHT is too large',
    'FRAUD_ACCOUNT_AGE_FULL is not below FRAUD_ACCOUNT_AGE_FROM',
    'REDIS_URL is not a URL with redis: or rediss:',
    'PAYMENTS_TABLE is not set',
    'GATEWAY_TIMEOUT_MS is too small',
  ]);
});

test('an unknown service is refused with the list of known ones', () => {
  expect(() => loadConfig({ ...complete, SCORING_SERVICES: 'inventory,shipping' })).toThrow(
    'SCORING_SERVICES is not a list of known services: ' +
      'set it to a list of inventory, fraud, payment, separated by commas',
  );
});

test('Redis may be missing on a laptop only', () => {
  const { REDIS_URL: _, ...without } = complete;
  expect(loadConfig(without).fraud?.redisUrl).toBeUndefined();
  expect(problemsOf({ ...without, STAGE: 'prod' })).toEqual(['REDIS_URL is not set']);
});
