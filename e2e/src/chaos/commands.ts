/** Commands of operators during a run. Some are refused or fail: what counts is that they do no harm. */

import type { OPERATOR_COMMANDS } from './schedule.js';
import type { ChaosSystem } from './system.js';
import { readOrders } from './tables.js';

type Command = (typeof OPERATOR_COMMANDS)[number];

/** Minor units that a refund pays back. */
const REFUND_AMOUNT = '10';

/** Runs a command, on an order of the run where it needs one. */
export async function runCommand(system: ChaosSystem, command: Command): Promise<void> {
  const { operators, tally } = system;
  switch (command) {
    case 'redrive':
      await operators.orders('dlq', 'redrive', '--all', '--rate', '100');
      break;
    case 'reconcile':
      await operators.reconcile('--older-than', '10');
      break;
    case 'fail':
      await operators.orders('fail', await findStuck(system), '--reason', 'chaos', '--wait', '5');
      break;
    case 'resume':
      await operators.orders('resume', await findStuck(system));
      break;
    case 'refund': {
      const order = await findCompleted(system);
      await operators.orders('refund', order, '--amount', REFUND_AMOUNT, '--reason', 'chaos');
    }
  }
  tally.add(`operator:${command}`);
}

/** Returns the undecided order whose lease ended first: its worker died, or its message waits. */
async function findStuck({ dynamo }: ChaosSystem): Promise<string> {
  const orders = await readOrders(dynamo);
  const undecided = orders.filter(({ status }) => status === 'PROCESSING');
  const [stuck] = undecided.toSorted((a, b) => a.lease_until - b.lease_until);
  return (stuck ?? orders.at(-1))?.order_id ?? 'none';
}

async function findCompleted({ dynamo }: ChaosSystem): Promise<string> {
  const orders = await readOrders(dynamo);
  return (
    orders.find(({ status, refunded_amount }) => status === 'COMPLETED' && !refunded_amount)?.order_id ??
    'none'
  );
}
