/**
 * Clients for SQS and DynamoDB. Endpoints and credentials come from the standard variables (`AWS_ENDPOINT_URL_SQS`, …)
 * that the AWS SDK reads itself, so that AWS and every emulator are used alike.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How a client behaves on the wire. */
export interface AwsClientOptions {
  readonly region: string;
  /** Tries of one call, the first included. 1 where another layer retries. */
  readonly maxAttempts: number;
  /** How long one try may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Connections kept open at most. */
  readonly maxSockets?: number;
}

/** A DynamoDB client that speaks plain objects; undefined attributes are left out. */
export function createDynamo(options: AwsClientOptions): DynamoDBDocumentClient {
  const client = new DynamoDBClient(clientConfig(options));
  client.middlewareStack.remove(CALL_LOG);
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** An SQS client. TLS already guards the bodies, so MD5 sums are not computed again. */
export function createSqs(options: AwsClientOptions): SQSClient {
  const client = new SQSClient({ ...clientConfig(options), md5: false });
  client.middlewareStack.remove(CALL_LOG);
  return client;
}

/** Prepares each call's input and output for a log that goes nowhere: a fifth of what a call costs. */
const CALL_LOG = 'loggerMiddleware';

function clientConfig({ region, maxAttempts, requestTimeoutMs, maxSockets = 64 }: AwsClientOptions) {
  const agentOptions = { keepAlive: true, maxSockets };
  return {
    region,
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent(agentOptions),
    }),
  };
}
