/** The AWS SDK's DynamoDB client, configured for this project. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsClientOptions, removeCallLog, toClientConfig } from '../aws-options.js';

/**
 * Creates an SDK client that speaks plain objects and leaves undefined attributes out. For provisioning and tools;
 * services use `createDynamo`.
 */
export function createDynamoSdk(options: AwsClientOptions): DynamoDBDocumentClient {
  const client = new DynamoDBClient(toClientConfig(options));
  removeCallLog(client);
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
