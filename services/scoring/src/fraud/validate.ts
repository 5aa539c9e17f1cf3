/** The request of fraud.v1 in checked form. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { ScoreRequest } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';
import { checkAmount, checkCurrency, checkId, checkRange, checkTime } from '../fields.js';
import type { OrderFeatures } from './decide.js';
import type { PlacedOrder } from './store.js';

/** An order to score, with the features that the request itself contains. */
export interface OrderToScore extends PlacedOrder {
  readonly features: Omit<OrderFeatures, 'velocity'>;
}

/** Throws INVALID_ARGUMENT with all bad fields. */
export function validateScore(request: ScoreRequest): OrderToScore {
  const { orderId, userId, amount, currency, quantity, requestedAt, accountCreatedAt } = request;
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  checkId(violations, 'user_id', userId);
  checkAmount(violations, 'amount', amount);
  checkCurrency(violations, 'currency', currency);
  checkRange(violations, 'quantity', quantity, 0, Number.MAX_SAFE_INTEGER);
  const placedAt = checkTime(violations, 'requested_at', requestedAt);
  violations.throwIfAny();
  return {
    orderId,
    userId,
    placedAt,
    features: {
      amount: Number(amount),
      currency,
      quantity: Number(quantity),
      accountAgeMs: accountCreatedAt && placedAt - timestampMs(accountCreatedAt),
    },
  };
}
