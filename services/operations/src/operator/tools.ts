/** Dependencies of every command. */

import type { SQSClient } from '@aws-sdk/client-sqs';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { type EventOutlet, openEvents } from '@order-pipeline/order-protocol/publish-final';
import { createScoring, eachClient, type Scoring } from '@order-pipeline/order-protocol/scoring';
import { createSqs } from '@order-pipeline/platform/aws';
import type { Clock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { translateErrors } from '@order-pipeline/platform/dynamo/translate-errors';
import { createLogger } from '@order-pipeline/platform/logger';
import { Registry } from 'prom-client';
import type { Audit } from './audit.js';
import type { OperatorConfig } from './config.js';
import { DeadLetterQueue } from './dead-letter-queue.js';
import { dynamoOf, explainErrorsOf, explainStoreError, sqsOf } from './reach.js';

/** Environment of a command. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prints the command's result. */
  readonly out: (text: string) => void;
  /** Prints progress, audit lines and errors. */
  readonly err: (text: string) => void;
  readonly clock: Clock;
  /** Waits; resolves at once when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborts when the operator presses Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The system, as commands reach it. */
export interface System {
  readonly sqs: SQSClient;
  readonly dlq: DeadLetterQueue;
  readonly store: OrderStore;
  readonly dynamo: DynamoClient;
  readonly scoring: Scoring;
  readonly events: EventOutlet;
  /** Closes every connection. */
  close(): void;
}

/** Dependencies of a command. */
export interface Tools extends System {
  readonly shell: Shell;
  readonly config: OperatorConfig;
  readonly audit: Audit;
  readonly dryRun: boolean;
}

/** Tries of one AWS call. */
const AWS_MAX_ATTEMPTS = 3;

/** Long polling, so that an empty answer means an empty queue. */
const WAIT_SECONDS = 1;

/** Opens the dead-letter queue for one command, which owns what it receives. */
export function openDeadLetters(
  { sqs }: Pick<System, 'sqs'>,
  config: Pick<OperatorConfig, 'queueUrl' | 'deadLetterQueueUrl'>,
  waitSeconds = WAIT_SECONDS,
  onRemoved: (messageId: string) => void = () => undefined,
): DeadLetterQueue {
  const { queueUrl, deadLetterQueueUrl } = config;
  return new DeadLetterQueue({ sqs, queueUrl, deadLetterQueueUrl, waitSeconds, onRemoved });
}

/** Connects; each connection is made when it is first needed. */
export function connect(config: OperatorConfig, waitSeconds = WAIT_SECONDS): System {
  const aws = { region: config.awsRegion, maxAttempts: AWS_MAX_ATTEMPTS, requestTimeoutMs: 5_000 };
  const sqs = createSqs(aws);
  const dynamo = translateErrors(createDynamo(aws), (error) => explainStoreError(error, dynamoOf(config)));
  explainErrorsOf(sqs, sqsOf(config));
  const events = openEvents(config);
  const scoring = createScoring(config, new Registry(), createLogger('orders', 'silent'));
  return {
    sqs,
    dlq: openDeadLetters({ sqs }, config, waitSeconds),
    store: new OrderStore(dynamo, config.ordersTable),
    dynamo,
    scoring,
    events,
    close: () => {
      events.close();
      for (const client of eachClient(scoring)) client.close();
      sqs.destroy();
      dynamo.destroy();
    },
  };
}
