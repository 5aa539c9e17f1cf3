/** Checks that orders are final, and that their charges match their status. */
import { isFinal, type OrderStatus, type PaymentProblem } from '@order-pipeline/contracts/orders';
import { type Finding, finding } from './findings.js';

/** An order's record, as far as its charge follows from it. */
export interface CheckedOrder {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly amount?: number;
  readonly payment_problem?: PaymentProblem;
}

/** A charge. */
export interface Charge {
  readonly order_id: string;
  /** In the minor unit. */
  readonly amount: number;
}

/** Finds orders that are known and have no final status. Call it when no work is in flight. */
export function findLostOrders(
  known: Iterable<string>,
  orders: readonly Pick<CheckedOrder, 'order_id' | 'status'>[],
): Finding[] {
  const statuses = new Map(orders.map(({ order_id, status }) => [order_id, status]));
  return [...new Set([...known, ...statuses.keys()])].flatMap((id) => {
    const status = statuses.get(id);
    return status && isFinal(status) ? [] : [finding('lost', id, `is ${status ?? 'not in the table'}`)];
  });
}

/** Finds orders that were charged twice, for another amount, or although they are not COMPLETED. */
export function findChargedWrongly(orders: readonly CheckedOrder[], charges: readonly Charge[]): Finding[] {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const byOrder = Map.groupBy(charges, ({ order_id }) => order_id);
  return [...new Set([...records.keys(), ...byOrder.keys()])].flatMap((id) => {
    const charged = byOrder.get(id) ?? [];
    if (charged.length > 1) return [finding('double-charged', id, `charged ${charged.length} times`)];
    const record = records.get(id);
    if (charged[0]?.amount === expectedCharge(record)) return [];
    const { status = 'absent', amount = 'no amount' } = record ?? {};
    const detail = `is ${status} at ${amount}, and the provider charged ${charged[0]?.amount ?? 'nothing'}`;
    return [finding('mischarged', id, detail)];
  });
}

/** A COMPLETED order is charged, unless an operator has written the charge off. */
function expectedCharge(record: CheckedOrder | undefined): number | undefined {
  if (record?.status !== 'COMPLETED' || record.payment_problem === 'WRITTEN_OFF') return undefined;
  return record.amount;
}
