/** Outcome of an order, decided from the responses of its dependencies. */
import { Decision } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { ReserveOutcome } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { RejectionReason } from '@order-pipeline/contracts/orders';

/** The decision of an order: the one write that commits it. */
export type OrderDecision =
  | { readonly status: 'COMPLETED' }
  | { readonly status: 'REJECTED'; readonly reason: RejectionReason };

/** A dependency returned a value that the contract does not define: a newer version, or a fault. */
export class UnknownAnswerError extends Error {
  override readonly name = 'UnknownAnswerError';
}

const RESERVE_REJECTIONS: Readonly<Record<ReserveOutcome, RejectionReason | 'granted' | undefined>> = {
  [ReserveOutcome.UNSPECIFIED]: undefined,
  [ReserveOutcome.RESERVED]: 'granted',
  [ReserveOutcome.OUT_OF_STOCK]: 'OUT_OF_STOCK',
  [ReserveOutcome.UNKNOWN_SKU]: 'UNKNOWN_SKU',
  [ReserveOutcome.AMOUNT_MISMATCH]: 'AMOUNT_MISMATCH',
};

const FRAUD_REJECTIONS: Readonly<Record<Decision, RejectionReason | 'granted' | undefined>> = {
  [Decision.UNSPECIFIED]: undefined,
  [Decision.ACCEPT]: 'granted',
  [Decision.REJECT]: 'FRAUD_SUSPECTED',
};

const PAYMENT_REJECTIONS: Readonly<Record<PaymentState, RejectionReason | 'granted' | undefined>> = {
  [PaymentState.UNSPECIFIED]: undefined,
  [PaymentState.AUTHORIZED]: 'granted',
  [PaymentState.CAPTURED]: 'granted',
  [PaymentState.VOIDED]: undefined,
  [PaymentState.DECLINED]: 'PAYMENT_DECLINED',
  [PaymentState.CAPTURE_FAILED]: undefined,
  [PaymentState.WRITTEN_OFF]: undefined,
};

/**
 * Returns the rejection required by stock or fraud, if any. Reasons that the customer can fix come first: an order that
 * fails both is rejected for its stock or price. An order without items has no reservation.
 */
export function decideBeforePayment(
  reserved: ReserveOutcome | undefined,
  scored: Decision,
): OrderDecision | undefined {
  return (
    (reserved === undefined ? undefined : rejection(RESERVE_REJECTIONS[reserved], 'Reserve', reserved)) ??
    rejection(FRAUD_REJECTIONS[scored], 'Score', scored)
  );
}

/** Decline codes with a reason of their own. */
const DECLINE_REASONS: ReadonlyMap<string, RejectionReason> = new Map([
  ['authentication_required', 'AUTHENTICATION_REQUIRED'],
]);

/** The decision once stock and fraud have passed. */
export function decideByPayment(payment: PaymentState | undefined, declineCode = ''): OrderDecision {
  const state = payment ?? PaymentState.UNSPECIFIED;
  const reason = state === PaymentState.DECLINED ? DECLINE_REASONS.get(declineCode) : undefined;
  if (reason) return { status: 'REJECTED', reason };
  return rejection(PAYMENT_REJECTIONS[state], 'Authorize', state) ?? { status: 'COMPLETED' };
}

function rejection(
  verdict: RejectionReason | 'granted' | undefined,
  call: string,
  answer: number,
): OrderDecision | undefined {
  if (verdict === undefined) throw new UnknownAnswerError(`${call} answered ${answer}`);
  return verdict === 'granted' ? undefined : { status: 'REJECTED', reason: verdict };
}
