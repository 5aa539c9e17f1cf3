/** The settings that point a service at a set of dependencies. */
import { ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { INVENTORY_TABLE, ORDERS_TABLE, PAYMENTS_TABLE, USERS_TABLE } from '@order-pipeline/contracts/tables';

/** The AWS SDK's own variables for a pair of emulators. */
export function awsEnvironment(sqsEndpoint: string, dynamoEndpoint: string) {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoEndpoint,
  };
}

/** The settings that name queues and tables. */
export function resourceEnvironment(queueUrls: Readonly<Record<string, string>>) {
  return {
    SQS_QUEUE_URL: queueUrls[ORDER_QUEUE.name] ?? '',
    SQS_DLQ_URL: queueUrls[ORDER_DLQ.name] ?? '',
    ORDERS_TABLE: ORDERS_TABLE.name,
    INVENTORY_TABLE: INVENTORY_TABLE.name,
    PAYMENTS_TABLE: PAYMENTS_TABLE.name,
    USERS_TABLE: USERS_TABLE.name,
  };
}
