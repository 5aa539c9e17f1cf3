/** The operators' commands against the simulated system. */
import { cancelOrder } from '@order-pipeline/operations/operator/cancel';
import { loadOperatorConfig } from '@order-pipeline/operations/operator/config';
import { DeadLetterQueue } from '@order-pipeline/operations/operator/dead-letter-queue';
import { run } from '@order-pipeline/operations/operator/run';
import type { Shell, System } from '@order-pipeline/operations/operator/tools';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { eachClient } from '@order-pipeline/order-protocol/scoring';
import type { Cloud } from '../cloud/cloud.js';
import { createDynamoClient } from '../cloud/dynamo/client.js';
import { createSqsClient } from '../cloud/sqs/client.js';
import { createEvents } from '../cloud/topic.js';
import { currentContext } from '../kernel/context.js';
import { SERVICE_ENVIRONMENT } from './environment.js';
import { createSimLogger } from './logger.js';
import { createScoringClients } from './scoring-clients.js';

/** Tries of one AWS call, as in the operators' tools.ts. */
const AWS = { maxAttempts: 3, requestTimeoutMs: 5_000 };

/** Runs `orders ARGS...` in the running process and returns its exit code. */
export async function runOperatorCommand(cloud: Cloud, args: readonly string[]): Promise<number> {
  const shell = createShell(cloud);
  const exitCode = await run([...args], shell, () => connect(cloud));
  shell.out(`orders ${args.join(' ')}: exit code ${exitCode}`);
  return exitCode;
}

/** Cancels an order that was accepted, as the console and `orders cancel` do, though it may have no record yet. */
export async function runCancellation(cloud: Cloud, orderId: string): Promise<void> {
  const shell = createShell(cloud);
  const system = connect(cloud);
  const config = loadOperatorConfig(SERVICE_ENVIRONMENT);
  const tools = { ...system, shell, config, audit: () => undefined, dryRun: false };
  try {
    await cancelOrder(tools, { orderId, reason: 'the customer called', isAccepted: async () => true });
    shell.out(`order ${orderId} is cancelled`);
  } finally {
    system.close();
  }
}

function createShell({ world }: Cloud): Shell {
  const name = currentContext()?.process.name ?? 'operator';
  const say = (text: string) => {
    for (const line of text.trimEnd().split('\n')) world.trace.add(world.now, name, name, line.slice(0, 200));
  };
  return {
    env: SERVICE_ENVIRONMENT,
    out: say,
    err: (text) => (text.startsWith('{') ? undefined : say(text)),
    clock: () => Date.now(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
    signal: new AbortController().signal,
  };
}

function connect(cloud: Cloud): System {
  const sqs = createSqsClient(cloud, AWS);
  const dynamo = createDynamoClient(cloud, AWS);
  const scoring = createScoringClients(cloud, createSimLogger(cloud.world));
  const events = createEvents(cloud, AWS);
  return {
    sqs,
    dlq: new DeadLetterQueue({
      sqs,
      queueUrl: SERVICE_ENVIRONMENT.SQS_QUEUE_URL ?? '',
      deadLetterQueueUrl: SERVICE_ENVIRONMENT.SQS_DLQ_URL ?? '',
      waitSeconds: 1,
    }),
    store: new OrderStore(dynamo, SERVICE_ENVIRONMENT.ORDERS_TABLE ?? ''),
    dynamo,
    scoring,
    events: { publish: (event) => events.publish(event), close: () => undefined },
    close: () => {
      for (const client of eachClient(scoring)) client.close();
    },
  };
}
