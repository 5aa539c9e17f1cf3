/** Checks of money. The journal of the provider says what customers paid; our ledger has to agree with it. */
import type { FinalOrder } from '../history.js';
import type { JournalEntry } from '../provider/journal.js';
import { groupBy, orderOf } from './facts.js';
import { type Check, violation } from './violations.js';

const ofKind = (journal: readonly JournalEntry[], kind: JournalEntry['kind']) =>
  groupBy(
    journal.filter((entry) => entry.kind === kind),
    ({ key }) => orderOf(key),
  );

export const findChargedWrongly: Check = ({ orders, journal }) => {
  const records = new Map(orders.map((order) => [order.order_id, order]));
  const charges = ofKind(journal, 'captured');
  return [...new Set([...records.keys(), ...charges.keys()])].flatMap((id) => {
    const charged = charges.get(id) ?? [];
    if (charged.length > 1) return [violation('double-charged', id, `charged ${charged.length} times`)];
    const record = records.get(id);
    if (charged[0]?.amount === expectedCharge(record)) return [];
    const { status = 'absent', amount = 'no amount' } = record ?? {};
    const detail = `is ${status} at ${amount}, and the provider charged ${charged[0]?.amount ?? 'nothing'}`;
    return [violation('mischarged', id, detail)];
  });
};

/** A COMPLETED order is charged, unless an operator has written the charge off. */
function expectedCharge(record: FinalOrder | undefined): number | undefined {
  if (record?.status !== 'COMPLETED' || record.payment_problem === 'WRITTEN_OFF') return undefined;
  return record.amount;
}

export const findLedgerWrong: Check = ({ payments, journal }) => {
  const charges = ofKind(journal, 'captured');
  const entries = new Map(payments.map((entry) => [entry.order_id, entry]));
  return [...new Set([...entries.keys(), ...charges.keys()])].flatMap((id) => {
    const { state = 'absent', capture_count: captures = 0 } = entries.get(id) ?? {};
    const charged = charges.has(id);
    if ((state === 'CAPTURED') === charged && captures === (charged ? 1 : 0)) return [];
    const detail = `is ${state} with ${captures} captures, and the provider has ${charged ? '' : 'not '}charged it`;
    return [violation('ledger', id, detail)];
  });
};

export const findRefundedWrongly: Check = ({ orders, journal }) => {
  const refunds = ofKind(journal, 'refunded');
  const records = new Map(orders.map((order) => [order.order_id, order]));
  return [...new Set([...records.keys(), ...refunds.keys()])].flatMap((id) => {
    const paid = (refunds.get(id) ?? []).reduce((sum, { amount }) => sum + amount, 0);
    const { refunded_amount: noted = 0, amount = 0 } = records.get(id) ?? {};
    if (paid === noted && paid <= amount) return [];
    return [violation('wrong-refund', id, `says ${noted} of ${amount}, and the provider paid ${paid} back`)];
  });
};

export const findMoneySetAside: Check = ({ payments, journal }) => {
  const open = new Map<string, boolean>();
  for (const { intent, kind } of journal) if (kind !== 'refunded') open.set(intent, kind === 'authorized');
  const keys = new Map(journal.map(({ intent, key }) => [intent, key]));
  return [
    ...[...open].flatMap(([intent, isOpen]) =>
      isOpen
        ? [violation('dangling', orderOf(keys.get(intent) ?? ''), 'its money is set aside at the provider')]
        : [],
    ),
    ...payments
      .filter(({ state }) => state === 'AUTHORIZED')
      .map(({ order_id }) => violation('dangling', order_id, 'its money is set aside in the ledger')),
  ];
};
