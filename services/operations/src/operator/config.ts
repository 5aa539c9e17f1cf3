/** Settings of the operator's commands: the services' own variables. */

import { exampleQueueUrl, ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import type { ScoringConfig } from '@order-pipeline/order-protocol/scoring';
import {
  type CommonConfig,
  type Draft,
  type Environment,
  EnvReader,
  readCommon,
} from '@order-pipeline/platform/env';
import { readClientTls } from '@order-pipeline/platform/rpc/tls-config';

/** Configuration of the commands. */
export interface OperatorConfig extends CommonConfig, ScoringConfig {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
  /** Topic of order events; undefined when events are not published. */
  readonly eventsTopicArn: string | undefined;
  /** SQS endpoint of the AWS SDK; undefined when it uses AWS itself. */
  readonly sqsEndpoint: string | undefined;
  /** DynamoDB endpoint of the AWS SDK; undefined when it uses AWS itself. */
  readonly dynamoEndpoint: string | undefined;
  /** User who runs the command, if the shell knows it. */
  readonly user: string | undefined;
}

/** As in the processor's own settings. */
const SCORING_DEFAULT = 'http://localhost:50051';
const TABLE_REMEDY = "set the table's name in AWS";

/** Loads the settings. @throws {ConfigError} listing every problem */
export function loadOperatorConfig(environment: Environment): OperatorConfig {
  const env = new EnvReader(environment);
  return env.resolve<OperatorConfig>(readOperatorConfig(env, environment));
}

/** Reads the settings, for a configuration that has more of them. */
export function readOperatorConfig(env: EnvReader, environment: Environment): Draft<OperatorConfig> {
  const common = readCommon(env);
  const url = (variable: string, example: string, fallback?: string) =>
    env.url(variable, ['http:', 'https:'], example, fallback);
  const optionalUrl = (...variables: string[]) => {
    const variable = variables.find((name) => environment[name]);
    return variable && url(variable, 'http://127.0.0.1:4566');
  };
  const scoring = (variable: string) =>
    url(variable, SCORING_DEFAULT, common.stage === 'local' ? SCORING_DEFAULT : undefined);
  return {
    ...common,
    queueUrl: url('SQS_QUEUE_URL', exampleQueueUrl(ORDER_QUEUE)),
    deadLetterQueueUrl: url('SQS_DLQ_URL', exampleQueueUrl(ORDER_DLQ)),
    ordersTable: env.text('ORDERS_TABLE', TABLE_REMEDY),
    inventoryTable: env.text('INVENTORY_TABLE', TABLE_REMEDY),
    paymentsTable: env.text('PAYMENTS_TABLE', TABLE_REMEDY),
    eventsTopicArn: environment.ORDER_EVENTS_TOPIC_ARN || undefined,
    inventoryUrl: scoring('INVENTORY_URL'),
    fraudUrl: scoring('FRAUD_URL'),
    paymentUrl: scoring('PAYMENT_URL'),
    rpcTls: readClientTls(env),
    sqsEndpoint: optionalUrl('AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL'),
    dynamoEndpoint: optionalUrl('AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'),
    user: environment.USER ?? environment.LOGNAME,
  };
}
