/** Commands of operators during a run. Some are refused or fail: what counts is that they do no harm. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { ORDER_DLQ } from '@order-pipeline/contracts/queues';
import type { FinalOrder } from './history.js';
import type { OPERATOR_COMMANDS } from './schedule.js';
import type { ChaosSystem } from './system.js';
import { readOrders } from './tables.js';

type Command = (typeof OPERATOR_COMMANDS)[number];

/** Minor units that a refund pays back. */
const REFUND_AMOUNT = '10';

/** Reason of all changes, for the audit log. */
const WHY = ['--reason', 'chaos'];

/** Runs a command, on an order of the run where it needs one. Counts it when there was one. */
export async function runCommand(system: ChaosSystem, command: Command): Promise<void> {
  if (await COMMANDS[command](system)) system.tally.add(`operator:${command}`);
}

/** Commands that find an order in every run, if not during the traffic then after it. */
const RUN_IN_THE_END = ['refund', 'restock'] as const;

/** Runs the commands for which no order was completed in time. */
export async function runMissedCommands(system: ChaosSystem): Promise<void> {
  const missing = new Set(system.tally.missing());
  for (const command of RUN_IN_THE_END)
    if (missing.has(`operator:${command}`)) await runCommand(system, command);
}

/** Runs a command. Returns false when no order needs it. */
type RunCommand = (system: ChaosSystem) => Promise<boolean>;

const COMMANDS: Readonly<Record<Command, RunCommand>> = {
  redrive: async ({ operators }) => {
    await operators.orders('dlq', 'redrive', '--all', '--rate', '100');
    return true;
  },
  reconcile: async ({ operators }) => {
    await operators.reconcile('--older-than', '10');
    return true;
  },
  fail: onOrder(findStuck, ({ operators }, id) => operators.orders('fail', id, ...WHY, '--wait', '5')),
  resume: onOrder(findStuck, ({ operators }, id) => operators.orders('resume', id)),
  refund: onOrder(findRefundable, ({ operators }, id) =>
    operators.orders('refund', id, '--amount', REFUND_AMOUNT, ...WHY),
  ),
  restock: onOrder(findRefundable, ({ returns }, id) => returns.run(id)),
  'dlq-fail': onOrder(findStuck, async (system, id) => {
    await copyToDeadLetters(system, id);
    await system.operators.orders('dlq', 'fail', id, ...WHY, '--wait', '5');
  }),
  reauthorize: onOrder(findUncharged, ({ operators }, id) => operators.orders(...REAUTHORIZE, id)),
  'write-off': onOrder(findUncharged, ({ operators }, id) => operators.orders(...WRITE_OFF, id, ...WHY)),
};

const REAUTHORIZE = ['payment', 'reauthorize'] as const;
const WRITE_OFF = ['payment', 'write-off'] as const;

/** Passes over the orders that could not be charged: a command whose answer is lost is run again. */
const CHARGE_PASSES = 5;

/** Charges every order whose capture failed, or writes it off, as the runbook says. */
export async function chargeFailed(system: ChaosSystem): Promise<void> {
  for (let pass = 0; pass < CHARGE_PASSES; pass += 1) {
    const open = (await readOrders(system.dynamo)).filter(isUncharged);
    if (open.length === 0) return;
    for (const [index, { order_id }] of open.entries()) {
      const command = index % 2 === 0 ? 'reauthorize' : 'write-off';
      const args = command === 'reauthorize' ? [...REAUTHORIZE, order_id] : [...WRITE_OFF, order_id, ...WHY];
      await system.operators.orders(...args);
      system.tally.add(`operator:${command}`);
    }
  }
}

function onOrder(
  find: (orders: readonly FinalOrder[]) => FinalOrder | undefined,
  run: (system: ChaosSystem, orderId: string) => Promise<unknown>,
): RunCommand {
  return async (system) => {
    const order = find(await readOrders(system.dynamo));
    if (order) await run(system, order.order_id);
    return order !== undefined;
  };
}

/** Returns the undecided order whose lease ended first: its worker died, or its message waits. */
function findStuck(orders: readonly FinalOrder[]): FinalOrder | undefined {
  const undecided = orders.filter(({ status }) => status === 'PROCESSING');
  return undecided.toSorted((a, b) => a.lease_until - b.lease_until)[0] ?? orders.at(-1);
}

function findRefundable(orders: readonly FinalOrder[]): FinalOrder | undefined {
  return orders.find(
    ({ status, refunded_amount, payment_problem, items }) =>
      status === 'COMPLETED' && !refunded_amount && !payment_problem && items && items.length > 0,
  );
}

function findUncharged(orders: readonly FinalOrder[]): FinalOrder | undefined {
  return orders.find(isUncharged);
}

function isUncharged({ payment_problem }: FinalOrder): boolean {
  return payment_problem === 'CAPTURE_FAILED';
}

/** Puts a copy of an order's message into the dead-letter queue, as SQS does with a message that was received too often. */
async function copyToDeadLetters({ sqs, queueUrls, sent }: ChaosSystem, orderId: string): Promise<void> {
  const message = sent.messageOf(orderId);
  if (!message) return;
  const request_id = { DataType: 'String', StringValue: message.requestId };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrls[ORDER_DLQ.name],
      MessageBody: message.body,
      MessageAttributes: { request_id },
    }),
  );
}
