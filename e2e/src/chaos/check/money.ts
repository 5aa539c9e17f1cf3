/** Checks of money. The journal of the provider says what customers paid; our ledger has to agree with it. */
import { findChargedWrongly as findWrongCharges } from '@order-pipeline/order-protocol/check/orders';
import type { JournalEntry } from '../provider/journal.js';
import { groupBy, orderOf } from './facts.js';
import { type Check, violation } from './violations.js';

const ofKind = (journal: readonly JournalEntry[], kind: JournalEntry['kind']) =>
  groupBy(
    journal.filter((entry) => entry.kind === kind),
    ({ key }) => orderOf(key),
  );

/** Finds orders that the provider charged twice, wrongly, or not at all. */
export const findChargedWrongly: Check = ({ orders, journal }) =>
  findWrongCharges(
    orders,
    journal
      .filter(({ kind }) => kind === 'captured')
      .map(({ key, amount }) => ({ order_id: orderOf(key), amount })),
  );

/** Finds entries of our ledger that differ from the journal. */
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

/** Finds refunds that the order or the provider lacks. */
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

/** Finds authorizations that are neither captured nor voided. */
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
