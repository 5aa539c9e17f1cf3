/** Money: judged by the journal of the provider. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { parseGatewayKey } from '@order-pipeline/scoring/payment/decide';
import type { Check, Violation } from '../violations.js';

/** Finds wrong charges: the provider charges the customers of completed orders once each, and no other. */
export const findChargedWrongly: Check = ({ orders, journal }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const charges = new Map<string, number[]>();
  for (const { key, kind, amount } of journal) {
    const { orderId } = parseGatewayKey(key);
    if (kind === 'captured') charges.set(orderId, [...(charges.get(orderId) ?? []), amount]);
  }
  return [...new Set([...records.keys(), ...charges.keys()])].flatMap((id): Violation[] => {
    const record = records.get(id);
    const charged = charges.get(id) ?? [];
    if (charged.length > 1)
      return [{ kind: 'double-charged', subject: id, detail: `charged ${charged.length} times` }];
    if (charged[0] === expectedCharge(record)) return [];
    const { status = 'absent', amount, payment_problem: problem = 'fine' } = record ?? {};
    const detail = `is ${status} at ${amount}, its payment ${problem}, and the provider charged ${charged[0] ?? 'nothing'}`;
    return [{ kind: 'mischarged', subject: id, detail }];
  });
};

/** A COMPLETED order is charged, unless an operator has written the charge off. */
function expectedCharge(record: OrderRecord | undefined): number | undefined {
  if (record?.status !== 'COMPLETED' || record.payment_problem === 'WRITTEN_OFF') return undefined;
  return record.amount;
}

/** The ledger says what the provider has done. */
export const findLedgerWrong: Check = ({ ledger, journal }) => {
  const charged = new Set(
    journal.flatMap(({ key, kind }) => (kind === 'captured' ? [parseGatewayKey(key).orderId] : [])),
  );
  return ledger.flatMap(({ order_id, state, capture_count }): Violation[] => {
    const says = state === 'CAPTURED';
    const right = says === charged.has(order_id) && capture_count === (says ? 1 : 0);
    const detail = `is ${state} with ${capture_count} captures, and the provider has ${charged.has(order_id) ? 'captured' : 'not captured'}`;
    return right ? [] : [{ kind: 'ledger', subject: order_id, detail }];
  });
};

/** States that only an operator's new authorization leaves, and those that nothing leaves. */
const LEFT_ANEW: ReadonlySet<string> = new Set(['VOIDED', 'CAPTURE_FAILED']);
const FINAL: ReadonlySet<string> = new Set(['CAPTURED', 'DECLINED', 'WRITTEN_OFF']);

/** No entry of the ledger goes back: what was captured or voided stays so for the same authorization. */
export const findLedgerBackwards: Check = ({ ledgerMoves }) =>
  ledgerMoves.flatMap(({ orderId, from, to, anew }): Violation[] => {
    const forward = FINAL.has(from) ? false : !LEFT_ANEW.has(from) || anew || to === 'WRITTEN_OFF';
    if (forward) return [];
    return [{ kind: 'rewritten', subject: orderId, detail: `its payment was ${from} and became ${to}` }];
  });

/** No money stays set aside. */
export const findOpenAuthorizations: Check = ({ journal }) => {
  const open = new Map<string, boolean>();
  for (const { key, kind } of journal) if (kind !== 'refunded') open.set(key, kind === 'authorized');
  return [...open].flatMap(([key, isOpen]): Violation[] =>
    isOpen ? [{ kind: 'dangling', subject: key, detail: 'its money is set aside at the provider' }] : [],
  );
};
