/** Orders whose items return to stock with a refund. */
import { toLines } from '@order-pipeline/order-protocol/lines';
import type { LedgerView } from '../oracle/history.js';
import { operate, type RefundIncident, refund, refundIdOf } from './operators.js';
import { recordsOf } from './records.js';
import type { SimSystem } from './system.js';

/** The refunds of the plan that return items and were paid back, each with its order. */
function findReturns({ cloud, plan }: SimSystem): { incident: RefundIncident; orderId: string }[] {
  const incidents = plan.incidents.filter(
    (incident): incident is RefundIncident => incident.kind === 'refund' && incident.restock,
  );
  const byId = new Map(incidents.map((incident) => [refundIdOf(incident), incident]));
  const entries = cloud.database.table('payments').items as unknown as readonly LedgerView[];
  return entries.flatMap(({ order_id, refunds = [] }) =>
    refunds.flatMap(({ refund_id, state }) => {
      const incident = byId.get(refund_id);
      return incident && state === 'DONE' ? [{ incident, orderId: order_id }] : [];
    }),
  );
}

/** Runs each command again, as the runbook says, until it has returned the items. Returns true when all have. */
export function completeReturns(system: SimSystem, completed: Set<number>): boolean {
  const open = findReturns(system).filter(({ incident }) => !completed.has(incident.id));
  for (const { incident } of open) {
    const name = `returns-${incident.id}-${Math.round(system.cloud.world.now)}`;
    operate(system, name, async () => {
      if ((await refund(system, incident)) === 0) completed.add(incident.id);
    });
  }
  return open.length === 0;
}

/** Returns the deliveries that the returned items make: one for each order. */
export function toReturnedDeliveries(system: SimSystem) {
  const returned = new Set(findReturns(system).map(({ orderId }) => orderId));
  return recordsOf(system)
    .filter(({ order_id }) => returned.has(order_id))
    .flatMap(({ order_id, items = [] }) =>
      toLines(items).map((line) => ({ deliveryId: `refund-${order_id}`, ...line })),
    );
}
