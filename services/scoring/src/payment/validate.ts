/** The requests of payment.v1 in checked form. Every function throws INVALID_ARGUMENT with all bad fields. */
import type { AuthorizeRequest } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';
import { checkAmount, checkCurrency, checkId, checkTime } from '../fields.js';
import type { Authorization } from './payments.js';

/** Checks an authorization. `notAfter` is in epoch milliseconds. */
export function validateAuthorize(request: AuthorizeRequest): Authorization & { readonly notAfter: number } {
  const { orderId, amount, currency, paymentMethod, notAfter } = request;
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  checkAmount(violations, 'amount', amount);
  checkCurrency(violations, 'currency', currency);
  const notAfterMs = checkTime(violations, 'not_after', notAfter);
  violations.throwIfAny();
  return { orderId, amount: Number(amount), currency, paymentMethod, notAfter: notAfterMs };
}

/** Checks that there is an order, and answers it. */
export function validateOrder({ orderId }: { readonly orderId: string }): string {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  violations.throwIfAny();
  return orderId;
}
