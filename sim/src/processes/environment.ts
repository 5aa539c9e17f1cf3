/** The settings of the simulated services: production's defaults, as far as there are any. */
import { ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { INVENTORY_TABLE, ORDERS_TABLE, PAYMENTS_TABLE } from '@order-pipeline/contracts/tables';

const SQS = 'http://127.0.0.1:9324/000000000000';

/** Environment variables of every service. */
export const SERVICE_ENVIRONMENT: Readonly<Record<string, string>> = {
  STAGE: 'local',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  SQS_QUEUE_URL: `${SQS}/${ORDER_QUEUE.name}`,
  SQS_DLQ_URL: `${SQS}/${ORDER_DLQ.name}`,
  ORDERS_TABLE: ORDERS_TABLE.name,
  INVENTORY_TABLE: INVENTORY_TABLE.name,
  PAYMENTS_TABLE: PAYMENTS_TABLE.name,
  REDIS_URL: 'redis://127.0.0.1:6379',
  USER: 'operator',
};
