/** Refunds: never more than was charged, and the same everywhere. */
import { parseGatewayKey } from '@order-pipeline/scoring/payment/decide';
import type { History } from '../history.js';
import type { Check, Violation } from '../violations.js';

/** Pieces of money by order. */
type Sums = ReadonlyMap<string, number>;

/** The provider paid back no more than it charged, and ledger, record and events say what it paid back. */
export const findRefundsWrong: Check = (history) => {
  const [charged, refunded] = [sumsOf(history, 'captured'), sumsOf(history, 'refunded')];
  const told = new Map(history.orders.map((order) => [order.order_id, order.refunded_amount ?? 0]));
  const entries = new Map(history.ledger.map((entry) => [entry.order_id, entry]));
  const ids = new Set([...refunded.keys(), ...told.keys(), ...entries.keys()]);
  return [...ids].flatMap((id) => {
    const paid = refunded.get(id) ?? 0;
    const made = (entries.get(id)?.refunds ?? []).filter(({ state }) => state === 'DONE');
    const pending = (entries.get(id)?.refunds ?? []).filter(({ state }) => state === 'PENDING');
    const details = [
      paid > (charged.get(id) ?? 0) && `${paid} of ${charged.get(id) ?? 0} were paid back`,
      sum(made) !== paid && `the ledger has ${sum(made)} paid back, and the provider ${paid}`,
      told.get(id) !== undefined && told.get(id) !== paid && `its record says ${told.get(id)} of ${paid}`,
      pending.length > 0 && 'a refund is pending',
      ...made.map((refund) => missingEvent(history, id, refund.refund_id)),
      ...strayEvents(history, id, new Set(made.map(({ refund_id }) => refund_id))),
    ];
    return details.flatMap((detail): Violation[] =>
      detail ? [{ kind: 'refunds', subject: id, detail }] : [],
    );
  });
};

function sumsOf({ journal }: History, kind: 'captured' | 'refunded'): Sums {
  const sums = new Map<string, number>();
  for (const entry of journal) {
    if (entry.kind !== kind) continue;
    const { orderId } = parseGatewayKey(entry.key);
    sums.set(orderId, (sums.get(orderId) ?? 0) + entry.amount);
  }
  return sums;
}

function sum(refunds: readonly { readonly amount: number }[]): number {
  return refunds.reduce((total, { amount }) => total + amount, 0);
}

function missingEvent({ published }: History, orderId: string, refundId: string): string | false {
  const isTold = published.some(({ id }) => id === `${orderId}:refunded:${refundId}`);
  return !isTold && `refund ${refundId} has no event`;
}

function strayEvents({ published }: History, orderId: string, made: ReadonlySet<string>): string[] {
  const prefix = `${orderId}:refunded:`;
  const told = new Set(
    published.flatMap(({ id }) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : [])),
  );
  return [...told].flatMap((refundId) =>
    made.has(refundId) ? [] : [`refund ${refundId} was published and not made`],
  );
}
