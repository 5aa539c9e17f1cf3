/** The settings that point a service at a set of dependencies. */
import { ORDER_DLQ, ORDER_QUEUE, WEBHOOK_DLQ, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import {
  INVENTORY_TABLE,
  ORDERS_TABLE,
  PAYMENTS_TABLE,
  USERS_TABLE,
  WEBHOOK_DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE,
} from '@order-pipeline/contracts/tables';
import { ORDER_EVENTS_TOPIC } from '@order-pipeline/contracts/topics';

/** Returns the AWS SDK's own variables for a pair of emulators. SNS is served by the SQS emulator unless named. */
export function awsEnvironment(sqsEndpoint: string, dynamoEndpoint: string, snsEndpoint = sqsEndpoint) {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
    AWS_ENDPOINT_URL_SNS: snsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoEndpoint,
  };
}

/** Returns the settings that name queues, topics and tables. */
export function resourceEnvironment(
  queueUrls: Readonly<Record<string, string>>,
  topicArns: Readonly<Record<string, string>>,
) {
  return {
    SQS_QUEUE_URL: queueUrls[ORDER_QUEUE.name] ?? '',
    SQS_DLQ_URL: queueUrls[ORDER_DLQ.name] ?? '',
    ORDERS_TABLE: ORDERS_TABLE.name,
    INVENTORY_TABLE: INVENTORY_TABLE.name,
    PAYMENTS_TABLE: PAYMENTS_TABLE.name,
    USERS_TABLE: USERS_TABLE.name,
    ORDER_EVENTS_TOPIC_ARN: topicArns[ORDER_EVENTS_TOPIC.name] ?? '',
    WEBHOOK_QUEUE_URL: queueUrls[WEBHOOK_QUEUE.name] ?? '',
    WEBHOOK_DLQ_URL: queueUrls[WEBHOOK_DLQ.name] ?? '',
    WEBHOOK_ENDPOINTS_TABLE: WEBHOOK_ENDPOINTS_TABLE.name,
    WEBHOOK_DELIVERIES_TABLE: WEBHOOK_DELIVERIES_TABLE.name,
  };
}
