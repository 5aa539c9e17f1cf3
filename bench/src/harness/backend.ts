/**
 * Backend of the measured services: the SQS and DynamoDB emulators as processes, a proxy that counts the calls, and
 * redis-server.
 */
import { SQSClient } from '@aws-sdk/client-sqs';
import { awsEnvironment, resourceEnvironment } from '@order-pipeline/local/environment';
import { createQueues, createTables, createTopics } from '@order-pipeline/local/provision';
import { freePort, type RedisServer, startRedisServer } from '@order-pipeline/local/redis-server';
import { createSns } from '@order-pipeline/platform/aws';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import type { AwsLatency } from './aws-proxy-server.js';
import { CountingProxy } from './counting-proxy.js';
import { benchProgram, MeasuredProcess } from './measured-process.js';
import { untilListening } from './ready.js';

/** Options of a backend. */
export interface BackendOptions {
  /** Sends every AWS call through a proxy that counts it. Default false. */
  readonly counted?: boolean;
  /** Added to every AWS call; implies a proxy. */
  readonly latency?: AwsLatency | undefined;
}

/** A running backend. */
export interface Backend {
  /** The settings that point a service at it. */
  readonly env: Readonly<Record<string, string>>;
  readonly queueUrl: string;
  readonly sqs: SQSClient;
  /** The DynamoDB endpoint, past the proxy. */
  readonly dynamoEndpoint: string;
  readonly proxy: CountingProxy | undefined;
  stop(): Promise<void>;
}

const EMULATOR = benchProgram('../../local/dist/emulator/main.js');
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Starts a backend with every queue, topic and table. */
export async function startBackend({ counted = false, latency }: BackendOptions = {}): Promise<Backend> {
  const [sqsPort, dynamoPort] = [await freePort(), await freePort()];
  const emulators = [
    new MeasuredProcess({ name: 'sqs', program: EMULATOR, args: ['sqs', String(sqsPort)] }),
    new MeasuredProcess({ name: 'dynamodb', program: EMULATOR, args: ['dynamodb', String(dynamoPort)] }),
  ];
  await untilListening([sqsPort, dynamoPort]);
  const redis = await startRedisServer();
  const direct = { sqs: `http://127.0.0.1:${sqsPort}`, dynamo: `http://127.0.0.1:${dynamoPort}` };
  const proxy = counted || latency ? await CountingProxy.start({ ...direct, ...latency }) : undefined;
  const seen = proxy ? { sqs: proxy.endpoint, dynamo: proxy.endpoint } : direct;
  // The SDK reads endpoints from the environment of this process; every backend sets its own before it is provisioned.
  Object.assign(process.env, awsEnvironment(direct.sqs, direct.dynamo));
  const options = { region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 };
  const sqs = new SQSClient({
    region: 'us-east-1',
    endpoint: direct.sqs,
    credentials: CREDENTIALS,
    useQueueUrlAsEndpoint: false,
  });
  const sns = createSns(options);
  const dynamo = createDynamoSdk(options);
  const urls = await createQueues(sqs, seen.sqs);
  const arns = await createTopics(sns, sqs, urls);
  await createTables(dynamo);
  sns.destroy();
  dynamo.destroy();
  const env = {
    ...awsEnvironment(seen.sqs, seen.dynamo),
    ...resourceEnvironment(urls, arns),
    REDIS_URL: redis.url,
  };
  return {
    env,
    queueUrl: env.SQS_QUEUE_URL,
    sqs,
    dynamoEndpoint: direct.dynamo,
    proxy,
    stop: () => stopAll(sqs, redis, [...(proxy ? [proxy] : []), ...emulators]),
  };
}

async function stopAll(sqs: SQSClient, redis: RedisServer, rest: readonly { stop(): Promise<void> }[]) {
  sqs.destroy();
  await Promise.all([redis.stop(), ...rest.map((process) => process.stop())]);
}
