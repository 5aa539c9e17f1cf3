/** Waits until the system has dealt with everything, as an operator would: with the operators' commands. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { ORDER_DLQ, ORDER_QUEUE, WEBHOOK_DLQ, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import type { ChaosSystem } from './system.js';

/** Result of a drain. */
export interface Drained {
  /** Time until the queues were empty, in milliseconds. */
  readonly drainMs: number;
  /** True when they were empty in time. */
  readonly empty: boolean;
  /** Dead letters of orders that were sent back. */
  readonly redriven: number;
  /** Dead letters of the webhooks that were moved back. */
  readonly webhooksRedriven: number;
}

const LOOK_EVERY_MS = 500;
/** The numbers of SQS are approximate: they must say "empty" so often in a row. */
const EMPTY_LOOKS = 3;

/** Redrives dead letters until there are none and no message is left, for `timeoutMs` at most. */
export async function drain(system: ChaosSystem, timeoutMs: number): Promise<Drained> {
  const startedAt = Date.now();
  let redriven = 0;
  let webhooksRedriven = 0;
  let emptyLooks = 0;
  let emptySince = startedAt;
  while (emptyLooks < EMPTY_LOOKS && Date.now() - startedAt < timeoutMs) {
    redriven += await redrive(system);
    webhooksRedriven += await moveWebhooks(system);
    const queues = [ORDER_QUEUE, ORDER_DLQ, WEBHOOK_QUEUE, WEBHOOK_DLQ];
    const depths = queues.map(({ name }) => depthOf(system, name));
    if ((await Promise.all(depths)).every((depth) => depth === 0)) emptyLooks += 1;
    else {
      emptyLooks = 0;
      emptySince = Date.now();
    }
    await sleep(LOOK_EVERY_MS);
  }
  return {
    drainMs: emptySince - startedAt,
    empty: emptyLooks === EMPTY_LOOKS,
    redriven,
    webhooksRedriven,
  };
}

async function redrive(system: ChaosSystem): Promise<number> {
  if ((await depthOf(system, ORDER_DLQ.name)) === 0) return 0;
  const { output } = await system.operators.orders('dlq', 'redrive', '--all', '--rate', '100');
  return Number(/Redriven: (\d+)/.exec(output)?.[1] ?? 0);
}

/** Moves dead letters of the webhooks back to their queue, as the runbook says. Returns how many. */
async function moveWebhooks({ sqs, queueUrls }: ChaosSystem): Promise<number> {
  const from = queueUrls[WEBHOOK_DLQ.name];
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10 }),
  );
  for (const { Body, ReceiptHandle } of Messages) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrls[WEBHOOK_QUEUE.name], MessageBody: Body }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
  }
  return Messages.length;
}

/** Passes of the reconciler at most: what one pass settles may need another to be published. */
const PASSES_MAX = 3;

/** Runs the reconciler's command until it finds nothing to settle. Returns true when it came that far. */
export async function reconcileAll({ operators }: ChaosSystem): Promise<boolean> {
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const { exitCode, output } = await operators.reconcile('--older-than', '0', '--json');
    const findings = output
      .split('\n')
      .filter((line) => line.startsWith('{') && !line.startsWith('{"summary"'));
    if (exitCode === 0 && findings.length === 0) return true;
  }
  return false;
}

/** Returns the number of messages in a queue, hidden and delayed ones included. */
export async function depthOf({ sqs, queueUrls }: ChaosSystem, queue: string): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrls[queue], AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}
