/**
 * Clients for SQS and SNS. Endpoints and credentials come from the standard variables (`AWS_ENDPOINT_URL_SQS`, …) that the AWS
 * SDK reads itself, so that AWS and every emulator are used alike. DynamoDB is reached through `dynamo/`.
 */
import { SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { useLeanCalls } from './aws/lean-sqs.js';
import { type AwsClientOptions, removeCallLog, toClientConfig } from './aws-options.js';

/**
 * Creates an SQS client whose batch calls and receives are lean. TLS already guards the bodies, so MD5 sums are not computed
 * again.
 */
export function createSqs(options: AwsClientOptions): SQSClient {
  const client = new SQSClient({ ...toClientConfig(options), md5: false, cacheMiddleware: true });
  removeCallLog(client);
  useLeanCalls(client);
  return client;
}

/** Creates an SNS client. */
export function createSns(options: AwsClientOptions): SNSClient {
  const client = new SNSClient(toClientConfig(options));
  removeCallLog(client);
  return client;
}

/** Rejects when the queue does not exist or SQS does not respond. */
export async function checkQueue(sqs: SQSClient, queueUrl: string): Promise<void> {
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
}
