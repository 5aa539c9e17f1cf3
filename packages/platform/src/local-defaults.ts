/** Defaults for operators' commands: the local stack that `npm start` runs. */
import { ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { INVENTORY_TABLE, ORDERS_TABLE, PAYMENTS_TABLE } from '@order-pipeline/contracts/tables';
import { ORDER_EVENTS_TOPIC } from '@order-pipeline/contracts/topics';
import type { Environment } from '@order-pipeline/platform/env';

/**
 * The environment, filled up with the settings of the local stack where the stage is local (the default unless STAGE says
 * otherwise). What is set stays, and the variables that move the stack's ports are followed. The AWS SDK reads endpoints
 * and credentials from `process.env` and from nowhere else: a main program has to copy the result there.
 */
export function withLocalDefaults(environment: Environment): Environment {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  if ((set.STAGE ?? 'local') !== 'local') return set;
  const at = (variable: string, port: number) => `127.0.0.1:${set[variable] ?? port}`;
  const sqs = set.AWS_ENDPOINT_URL_SQS ?? set.AWS_ENDPOINT_URL ?? `http://${at('LOCAL_SQS_PORT', 9324)}`;
  const scoring = `http://${at('SCORING_GRPC_PORT', 50051)}`;
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_SNS: sqs,
    AWS_ENDPOINT_URL_DYNAMODB: set.AWS_ENDPOINT_URL ?? `http://${at('LOCAL_DYNAMODB_PORT', 4567)}`,
    SQS_QUEUE_URL: queueUrl(sqs, ORDER_QUEUE.name),
    SQS_DLQ_URL: queueUrl(sqs, ORDER_DLQ.name),
    ORDER_EVENTS_TOPIC_ARN: `arn:aws:sns:${set.AWS_REGION ?? 'us-east-1'}:000000000000:${ORDER_EVENTS_TOPIC.name}`,
    ORDERS_TABLE: ORDERS_TABLE.name,
    INVENTORY_TABLE: INVENTORY_TABLE.name,
    PAYMENTS_TABLE: PAYMENTS_TABLE.name,
    REDIS_URL: `redis://${at('LOCAL_REDIS_PORT', 6380)}`,
    INVENTORY_URL: scoring,
    FRAUD_URL: scoring,
    PAYMENT_URL: scoring,
    ...set,
  };
}

/** A queue of the emulator, whose account is all zeros. What is no URL is left for the configuration to report. */
function queueUrl(endpoint: string, queue: string): string {
  return URL.parse(`/000000000000/${queue}`, endpoint)?.href ?? endpoint;
}
