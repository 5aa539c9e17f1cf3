/** Refunds at Stripe. */
import Stripe from 'stripe';
import { RefusedError } from '../../../errors.js';
import type { GatewayRefund, GatewayRefundAnswer } from '../../gateway.js';
import type { StripeClient } from './client.js';
import { toStripeAmount } from './methods.js';

/** Metadata that names our refund. Refunds without it were made in the dashboard. */
export const REFUND_METADATA = 'refund_id';

/**
 * Refunds an intent, once for each refund id however old: an earlier call's refund is found by its metadata. Stripe is the
 * arbiter of the amount.
 *
 * @throws {RefusedError} when the intent is not captured, or less than the amount is left of it
 */
export async function refundIntent(
  client: StripeClient,
  intentId: string,
  refund: GatewayRefund,
  signal: AbortSignal,
): Promise<GatewayRefundAnswer> {
  const { idempotencyKey, refundId, amount, currency } = refund;
  const known = await findRefund(client, intentId, refundId, signal);
  if (known) return toAnswer(known);
  const params: Stripe.RefundCreateParams = {
    payment_intent: intentId,
    amount: toStripeAmount(amount, currency),
    metadata: { [REFUND_METADATA]: refundId, order_key: idempotencyKey },
  };
  try {
    const key = `${idempotencyKey}:refund:${refundId}`;
    return toAnswer(
      await client.call(signal, (stripe, options) => stripe.refunds.create(params, options), key),
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError)
      throw new RefusedError(`Stripe refuses the refund (${error.code ?? error.message})`, { cause: error });
    throw error;
  }
}

async function findRefund(
  client: StripeClient,
  intentId: string,
  refundId: string,
  signal: AbortSignal,
): Promise<Stripe.Refund | undefined> {
  let after: string | undefined;
  for (;;) {
    const params = {
      payment_intent: intentId,
      limit: 100,
      ...(after !== undefined && { starting_after: after }),
    };
    const { data, has_more } = await client.call(signal, (stripe, options) =>
      stripe.refunds.list(params, options),
    );
    const found = data.find(({ metadata }) => metadata?.[REFUND_METADATA] === refundId);
    after = data.at(-1)?.id;
    if (found || !has_more || after === undefined) return found;
  }
}

function toAnswer({ id, status, failure_reason }: Stripe.Refund): GatewayRefundAnswer {
  if (status === 'failed' || status === 'canceled')
    throw new RefusedError(`The refund has failed at Stripe (${failure_reason ?? status})`);
  return { reference: id };
}
