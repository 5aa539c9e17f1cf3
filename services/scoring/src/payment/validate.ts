/** The requests of payment.v1 in checked form. Every function throws INVALID_ARGUMENT with all bad fields. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type {
  AuthorizeRequest,
  ReauthorizeRequest,
  RefundRequest as RefundMessage,
  SweepAuthorizationsRequest,
  WriteOffRequest,
} from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';
import { checkAmount, checkCurrency, checkId, checkRange, checkTime } from '../fields.js';
import type { OpenAuthorizationsQuery } from './gateway.js';
import type { Authorization } from './payments.js';
import type { RefundRequest } from './refund/decide.js';

/** Checks an authorization. `notAfter` is in epoch milliseconds. */
export function validateAuthorize(request: AuthorizeRequest): Authorization & { readonly notAfter: number } {
  const violations = new FieldViolations();
  const authorization = checkMoney(violations, request);
  const notAfter = checkTime(violations, 'not_after', request.notAfter);
  violations.throwIfAny();
  const orderedAt = request.orderedAt && timestampMs(request.orderedAt);
  return { ...authorization, notAfter, orderedAt };
}

/** Checks an order and the money that it pays. */
export function validateMoney(request: ReauthorizeRequest): Authorization {
  const violations = new FieldViolations();
  const authorization = checkMoney(violations, request);
  violations.throwIfAny();
  return authorization;
}

/** Longest note, in characters. */
const NOTE_MAX = 500;

/** Checks a write-off. */
export function validateWriteOff({ orderId, note }: WriteOffRequest): {
  readonly orderId: string;
  readonly note: string;
} {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  if (note === '' || note.length > NOTE_MAX) violations.add('note', `must have 1 to ${NOTE_MAX} characters`);
  violations.throwIfAny();
  return { orderId, note };
}

const REFUND_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Checks a refund. */
export function validateRefund({
  orderId,
  refundId,
  amount,
  reason,
}: RefundMessage): RefundRequest & { readonly orderId: string } {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  if (!REFUND_ID.test(refundId)) violations.add('refund_id', 'must have 1 to 64 letters, digits and . _ -');
  if (amount < 0n || amount > BigInt(Number.MAX_SAFE_INTEGER))
    violations.add('amount', 'must be 0, for all that is left, or more');
  if (reason.length > NOTE_MAX) violations.add('reason', `must have up to ${NOTE_MAX} characters`);
  violations.throwIfAny();
  return { orderId, refundId, amount: Number(amount), reason };
}

/** Most authorizations of a page: each costs a read, and maybe a call to the provider. */
const PAGE_MAX = 100;

/** A sweep in checked form. */
export interface Sweep {
  readonly query: OpenAuthorizationsQuery;
  readonly dryRun: boolean;
}

/** Checks a sweep. */
export function validateSweep(request: SweepAuthorizationsRequest): Sweep {
  const { authorizedBefore: before, pageSize, pageToken, dryRun } = request;
  const violations = new FieldViolations();
  const authorizedBefore = checkTime(violations, 'authorized_before', before);
  checkRange(violations, 'page_size', pageSize, 1, PAGE_MAX);
  violations.throwIfAny();
  return { query: { authorizedBefore, pageSize, pageToken }, dryRun };
}

function checkMoney(
  violations: FieldViolations,
  request: ReauthorizeRequest | AuthorizeRequest,
): Authorization {
  const { orderId, amount, currency, paymentMethod } = request;
  checkId(violations, 'order_id', orderId);
  checkAmount(violations, 'amount', amount);
  checkCurrency(violations, 'currency', currency);
  return { orderId, amount: Number(amount), currency, paymentMethod };
}

/** Checks that there is an order, and returns it. */
export function validateOrder({ orderId }: { readonly orderId: string }): string {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  violations.throwIfAny();
  return orderId;
}
