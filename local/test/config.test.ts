import { expect, test } from '@jest/globals';
import { loadLocalConfig } from '../src/config.js';

test('has a default for everything', () => {
  expect(loadLocalConfig({})).toEqual({
    ports: {
      api: 8000,
      processor: 9090,
      webhooks: 9091,
      operations: 8090,
      operationsGrpc: 50052,
      scoringGrpc: 50051,
      scoringHttp: 8081,
      sqs: 9324,
      dynamo: 4567,
      redis: 6380,
    },
    sqsEndpoint: undefined,
    dynamoEndpoint: undefined,
    redisUrl: undefined,
  });
});

test('takes other ports and endpoints', () => {
  const config = loadLocalConfig({
    ORDER_API_PORT: '18000',
    LOCAL_REDIS_PORT: '',
    AWS_ENDPOINT_URL_SQS: 'http://localhost:9324',
    AWS_ENDPOINT_URL_DYNAMODB: 'https://dynamodb.eu-west-1.amazonaws.com',
    REDIS_URL: 'rediss://cache:6379',
  });
  expect(config).toMatchObject({
    ports: { api: 18_000, redis: 6380 },
    sqsEndpoint: 'http://localhost:9324',
    dynamoEndpoint: 'https://dynamodb.eu-west-1.amazonaws.com',
    redisUrl: 'rediss://cache:6379',
  });
});

test('reports everything that is wrong at once', () => {
  const load = () =>
    loadLocalConfig({
      ORDER_API_PORT: '0',
      ORDER_PROCESSOR_PORT: '8081',
      SCORING_GRPC_PORT: 'grpc',
      AWS_ENDPOINT_URL_SQS: 'localhost:9324',
      REDIS_URL: 'http://localhost:6379',
    });
  expect(load).toThrow(
    [
      'The configuration has 5 problem(s):',
      '  ORDER_API_PORT is too small: set a whole number from 1 to 65535',
      '  SCORING_GRPC_PORT is not a whole number: set a whole number from 1 to 65535',
      '  SCORING_HTTP_PORT is 8081, the same as ORDER_PROCESSOR_PORT: set one of them to another port',
      '  AWS_ENDPOINT_URL_SQS is not a URL with http: or https:: set a URL such as http://localhost:9324',
      '  REDIS_URL is not a URL with redis: or rediss:: set a URL such as redis://localhost:6379',
    ].join('\n'),
  );
});
