/** payment.v1: validates, moves money, translates. */
import { timestampFromDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  AuthorizationMatch,
  type PaymentService,
  PaymentState,
  RefundState,
} from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import { createTranslator } from '../errors.js';
import { createPermit } from '../permit.js';
import type { LedgerEntry } from './decide.js';
import type { Payments } from './payments.js';
import { type LedgerRefund, refundedOf } from './refund/decide.js';
import type { Refunds } from './refund/refunds.js';
import {
  validateAuthorize,
  validateMoney,
  validateOrder,
  validateRefund,
  validateSweep,
  validateWriteOff,
} from './validate.js';

/** Dependencies of the payment service. */
export interface PaymentServiceDeps {
  readonly logger: Logger;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly clock: Clock;
}

/** The service of payment.v1. */
export function createPaymentService(deps: PaymentServiceDeps): ServiceImpl<typeof PaymentService> {
  const { payments, refunds, clock, logger } = deps;
  const answer = createTranslator(logger);
  return {
    authorize: answer(async (request, { signal }) => {
      const order = validateAuthorize(request);
      const permit = createPermit(order.notAfter, signal, clock);
      permit();
      return { payment: toPayment(await payments.authorize(order, permit)) };
    }),
    capture: answer(async (request) => ({
      payment: toPayment(await payments.capture(validateOrder(request))),
    })),
    void: answer(async (request) => ({
      payment: toPayment(await payments.void(validateOrder(request))),
    })),
    reauthorize: answer(async (request) => ({
      payment: toPayment(await payments.reauthorize(validateMoney(request))),
    })),
    writeOff: answer(async (request) => {
      const { orderId, note } = validateWriteOff(request);
      return { payment: toPayment(await payments.writeOff(orderId, note)) };
    }),
    refund: answer(async (request) => {
      const { orderId, ...refund } = validateRefund(request);
      const refunded = await refunds.refund(orderId, refund);
      return { payment: toPayment(refunded.entry), refund: toRefund(refunded.refund) };
    }),
    sweepAuthorizations: answer(async (request) => {
      const { query, dryRun } = validateSweep(request);
      const { authorizations, nextPageToken } = await payments.sweep(query, dryRun);
      const toMessage = ({ orderId, authorizedAt, match }: (typeof authorizations)[number]) => ({
        orderId,
        authorizedAt: timestampFromMs(authorizedAt),
        match: AuthorizationMatch[match],
      });
      return { authorizations: authorizations.map(toMessage), nextPageToken };
    }),
    getPayment: answer(async (request) => ({
      payment: toPayment(await payments.find(validateOrder(request))),
    })),
  };
}

function toPayment(entry: LedgerEntry) {
  return {
    orderId: entry.order_id,
    state: PaymentState[entry.state],
    amount: BigInt(entry.amount),
    currency: entry.currency,
    gatewayReference: entry.gateway_reference,
    declineCode: entry.decline_code,
    captureCount: entry.capture_count,
    reauthorizations: entry.reauthorizations ?? 0,
    note: entry.note ?? '',
    refundedAmount: BigInt(refundedOf(entry)),
    refunds: (entry.refunds ?? []).map(toRefund),
    providerProblem: entry.provider_problem ?? '',
    updatedAt: timestampFromDate(new Date(entry.updated_at)),
  };
}

function toRefund(refund: LedgerRefund) {
  return {
    refundId: refund.refund_id,
    amount: BigInt(refund.amount),
    state: RefundState[refund.state],
    reason: refund.reason,
    gatewayReference: refund.gateway_reference,
    sequence: refund.sequence,
    refundedTotal: BigInt(refund.refunded_total),
    updatedAt: timestampFromDate(new Date(refund.updated_at)),
  };
}
