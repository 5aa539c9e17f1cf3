/** Stack that tests run against: the emulators and a redis-server on free ports, with every queue and table created. */
import { createSns, createSqs } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { type Emulator, startDynamoEmulator, startSqsEmulator } from './emulators.js';
import { awsEnvironment, resourceEnvironment } from './environment.js';
import { createQueues, createTables, createTopics } from './provision.js';
import { type RedisServer, startRedisServer } from './redis-server.js';

/** A running set of dependencies. */
export interface TestStack {
  readonly sqs: Emulator;
  readonly dynamo: Emulator;
  readonly redis: RedisServer;
  /** The settings that point a service at this stack. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the dependencies. It also sets the AWS SDK's own variables in this process (endpoints and credentials),
 * since the SDK reads them from nowhere else; one stack a test file.
 */
export async function startTestStack(): Promise<TestStack> {
  const [sqs, dynamo, redis] = await Promise.all([
    startSqsEmulator(),
    startDynamoEmulator(),
    startRedisServer(),
  ]);
  const aws = awsEnvironment(sqs.endpoint, dynamo.endpoint);
  Object.assign(process.env, aws);
  const client = { region: aws.AWS_REGION, maxAttempts: 3, requestTimeoutMs: 5_000 };
  const queueClient = createSqs(client);
  const tableClient = createDynamoSdk(client);
  const topicClient = createSns(client);
  const urls = await createQueues(queueClient, sqs.endpoint);
  const arns = await createTopics(topicClient, queueClient, urls);
  await createTables(tableClient);
  queueClient.destroy();
  topicClient.destroy();
  tableClient.destroy();
  return {
    sqs,
    dynamo,
    redis,
    env: {
      ...aws,
      ...resourceEnvironment(urls, arns),
      STAGE: 'local',
      LOG_LEVEL: 'silent',
      REDIS_URL: redis.url,
    },
    stop: async () => {
      await Promise.all([sqs.stop(), dynamo.stop(), redis.stop()]);
    },
  };
}
