/** Translation of a PaymentIntent into terms of the payment service. */
import type Stripe from 'stripe';
import { OutcomeUnknownError } from '../../../errors.js';
import type { GatewayAnswer } from '../../gateway.js';
import { AUTHENTICATION_REQUIRED } from './errors.js';

/** Stripe forgets an idempotency key after 24 hours. Until this age a repeat is safe, in milliseconds. */
export const KEY_SAFE_MS = 20 * 3_600_000;

/**
 * Returns true when Stripe may have forgotten the key of an order's authorization, so that a repeat could authorize
 * twice: the result of the first call has to be looked up.
 */
export function mayBeForgotten(orderedAt: number | undefined, now: number): boolean {
  return orderedAt === undefined || now - orderedAt > KEY_SAFE_MS;
}

/** Returns the result of an authorization. @throws {OutcomeUnknownError} while Stripe is still processing it */
export function toAnswer({ id, status, last_payment_error }: Stripe.PaymentIntent): GatewayAnswer {
  switch (status) {
    case 'requires_capture':
    case 'succeeded':
      return { approved: true, reference: id };
    case 'requires_action':
    case 'requires_confirmation':
      return { approved: false, reference: id, declineCode: AUTHENTICATION_REQUIRED };
    case 'requires_payment_method': {
      const { code, decline_code } = last_payment_error ?? {};
      if (code === AUTHENTICATION_REQUIRED) return { approved: false, reference: id, declineCode: code };
      return { approved: false, reference: id, declineCode: decline_code ?? code ?? 'card_declined' };
    }
    case 'canceled':
      return { approved: false, reference: id, declineCode: 'canceled' };
    default:
      throw new OutcomeUnknownError(`The payment is ${status} at Stripe: retry`);
  }
}

/** Returns the final state that an intent has reached, or `undefined`. */
export function finalStateOf(
  intent: Pick<Stripe.PaymentIntent, 'status'> | undefined,
): 'captured' | 'voided' | undefined {
  if (intent?.status === 'succeeded') return 'captured';
  return intent?.status === 'canceled' ? 'voided' : undefined;
}
