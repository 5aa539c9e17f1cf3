/** After the faults: everything is up, clocks are right, and operators do what the runbook says, until all is quiet. */
import { isFinal } from '@order-pipeline/contracts/orders';
import { QUEUES } from '@order-pipeline/contracts/queues';
import { draw } from '../kernel/random.js';
import type { LedgerView } from '../oracle/history.js';
import { countStock } from '../oracle/stock.js';
import { runOperatorCommand } from '../processes/operator.js';
import { chargeArgs, operate, redriveAll } from './operators.js';
import { recordsOf } from './records.js';
import { completeReturns } from './returns.js';
import type { SimSystem } from './system.js';

const LOOK_EVERY_MS = 30_000;
const REDRIVE_EVERY_MS = 180_000;
/** An order that is undecided for so long has lost its message: an operator fails it. */
const STUCK_AFTER_MS = 2_400_000;

/** Ends every fault. */
export function endFaults(system: SimSystem): void {
  const { world, redis, gateway } = system.cloud;
  redis.down = false;
  gateway.down = false;
  for (const machine of world.machines.values()) {
    machine.clock.offsetMs = 0;
    machine.clock.driftMsPerSecond = 0;
    world.resume(machine);
  }
  world.trace.add(world.now, 'world', 'world', 'all faults end');
  system.startAll();
}

/** Resolves when everything is quiet, or at the deadline. */
export async function heal(system: SimSystem): Promise<void> {
  const { world } = system.cloud;
  let redrivenAt = Number.NEGATIVE_INFINITY;
  const failed = new Set<string>();
  const returned = new Set<number>();
  while (world.now < system.plan.deadlineMs && !(completeReturns(system, returned) && isQuiet(system))) {
    if (world.now - redrivenAt >= REDRIVE_EVERY_MS) {
      redrivenAt = world.now;
      redrive(system);
    }
    if (world.now - system.plan.faultsEndMs > STUCK_AFTER_MS) freeStuck(system, failed);
    chargeFailed(system);
    await world.sleep(LOOK_EVERY_MS);
  }
}

function redrive(system: SimSystem): void {
  if (system.cloud.sqs.queue('order-dlq').messages.length === 0) return;
  operate(system, `operator-${Math.round(system.cloud.world.now)}`, () => redriveAll(system));
}

/** An order whose message is gone is resumed or failed from its record. */
function freeStuck(system: SimSystem, freed: Set<string>): void {
  const { seed } = system.cloud.world;
  const loses = system.plan.incidents.some(({ kind }) => kind === 'dead-letters-lost');
  for (const { order_id, status } of recordsOf(system)) {
    if (isFinal(status) || freed.has(order_id)) continue;
    freed.add(order_id);
    if (!loses) system.recorder.orphans.push(order_id);
    const resumes = draw(seed, `resume/${order_id}`) < 0.5;
    const args = resumes ? ['resume', order_id] : ['fail', order_id, '--reason', 'its message is gone'];
    operate(system, `operator-${order_id.slice(0, 8)}`, () => runOperatorCommand(system.cloud, args));
  }
}

/** A completed order whose capture failed is authorized again, or written off. */
function chargeFailed(system: SimSystem): void {
  const { world } = system.cloud;
  for (const { order_id, payment_problem } of recordsOf(system)) {
    if (payment_problem !== 'CAPTURE_FAILED') continue;
    const reauthorizes = draw(world.seed, `reauthorize/${order_id}`) < 0.5;
    const args = chargeArgs(order_id, reauthorizes);
    operate(system, `cashier-${order_id.slice(0, 8)}`, () => runOperatorCommand(system.cloud, args));
  }
}

function isQuiet(system: SimSystem): boolean {
  const { cloud, recorder } = system;
  return (
    recorder.openClients === 0 &&
    QUEUES.every(({ name }) => cloud.sqs.queue(name).messages.length === 0) &&
    recordsOf(system).every(
      ({ status, payment_problem, settlement_due, user_id }) =>
        isFinal(status) && payment_problem !== 'CAPTURE_FAILED' && !(settlement_due && user_id !== undefined),
    ) &&
    cloud.gateway.open.length === 0 &&
    refundsArePublished(system) &&
    cloud.database.table('payments').items.every(({ state }) => state !== 'AUTHORIZED') &&
    countStock(cloud.database.table('inventory').items).every(({ held }) => held === 0)
  );
}

/** No refund is pending, and each record says what was paid back. */
function refundsArePublished(system: SimSystem): boolean {
  const told = new Map(
    recordsOf(system).map(({ order_id, refunded_amount = 0 }) => [order_id, refunded_amount]),
  );
  const entries = system.cloud.database.table('payments').items as unknown as readonly LedgerView[];
  return entries.every(({ order_id, refunds = [] }) => {
    const made = refunds.filter(({ state }) => state === 'DONE');
    const sum = made.reduce((total, { amount }) => total + amount, 0);
    return refunds.every(({ state }) => state !== 'PENDING') && told.get(order_id) === sum;
  });
}
