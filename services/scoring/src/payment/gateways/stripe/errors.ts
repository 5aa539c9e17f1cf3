/** Translates Stripe's errors into those of the domain. */
import Stripe from 'stripe';
import { OutcomeUnknownError, RefusedError, UnavailableError } from '../../../errors.js';

/** The decline code of an authorization that needs its cardholder: no one is there to confirm it. */
export const AUTHENTICATION_REQUIRED = 'authentication_required';

const AUTHENTICATION_CODES: ReadonlySet<string> = new Set([
  AUTHENTICATION_REQUIRED,
  'authentication_not_handled',
  'payment_intent_authentication_failure',
]);

/** Parameters that come from the order: a call that is refused because of them is a decline. */
const ORDER_PARAMS = /^(payment_method|card|token|source|amount|currency)(\[|$)/;

/** Network errors before a connection is established: the request has not left. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Returns the code of a declined authorization, or `undefined` when the error is no decline. */
export function declineCodeOf(error: unknown): string | undefined {
  if (error instanceof Stripe.errors.StripeCardError) {
    const codes = [error.code, error.decline_code].filter((code) => code !== undefined);
    if (codes.some((code) => AUTHENTICATION_CODES.has(code))) return AUTHENTICATION_REQUIRED;
    // The SDK makes an empty text of a code that Stripe leaves out.
    return error.decline_code || error.code || 'card_declined';
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError && ORDER_PARAMS.test(error.param ?? ''))
    return /^(payment_method|card|token|source)/.test(error.param ?? '')
      ? 'invalid_payment_method'
      : (error.code ?? 'invalid_amount');
  return undefined;
}

/**
 * Returns the domain error for a failed call, or the error itself when the call can never succeed. Stripe-Should-Retry
 * outweighs the status.
 */
export function toGatewayError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const options = { cause: error };
  const message = `Stripe responded with ${error.statusCode ?? 'no status'} (${error.code ?? error.type})`;
  if (error instanceof Stripe.errors.StripeConnectionError)
    return NOT_CONNECTED.has(networkCodeOf(error) ?? '')
      ? new UnavailableError('Stripe cannot be reached', options)
      : new OutcomeUnknownError('The connection to Stripe broke: retry', options);
  if (error.statusCode === 429) return new UnavailableError(message, options);
  // Another call under the same key is under way, or holds a lock.
  if (error.statusCode === 409) return new OutcomeUnknownError(message, options);
  if (error instanceof Stripe.errors.StripeIdempotencyError)
    return new RefusedError('Stripe knows this payment with other parameters', options);
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  )
    return new UnavailableError('Stripe refuses STRIPE_API_KEY', options);
  if ((error.statusCode ?? 500) >= 500 || error.headers?.['stripe-should-retry'] === 'true')
    return new OutcomeUnknownError(message, options);
  return error;
}

/** Returns the delay that Stripe asks for, in milliseconds; `undefined` when it asks for none. */
export function retryAfterMsOf(error: unknown): number | undefined {
  if (!(error instanceof Stripe.errors.StripeError) || error.statusCode !== 429) return undefined;
  const seconds = Number(error.headers?.['retry-after']);
  return (Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, RETRY_AFTER_MAX_S) : 1) * 1_000;
}

/** Returns the intent that an error is about. */
export function intentOf(error: unknown): Stripe.PaymentIntent | undefined {
  return error instanceof Stripe.errors.StripeError ? error.payment_intent : undefined;
}

/** Returns true when Stripe failed, and may have acted. */
export function isServerError(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && (error.statusCode ?? 0) >= 500;
}

/** Returns true when the error means that the authorization has lapsed. */
export function isExpired(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && EXPIRED_CODES.has(error.code ?? '');
}

const EXPIRED_CODES: ReadonlySet<string> = new Set([
  'charge_expired_for_capture',
  'capture_charge_authorization_expired',
]);

/** Longest delay that is honoured, in seconds: a wrong header must not stop payments for longer. */
const RETRY_AFTER_MAX_S = 60;

function networkCodeOf({ detail }: Stripe.errors.StripeConnectionError): string | undefined {
  return typeof detail === 'object' ? (detail as NodeJS.ErrnoException).code : undefined;
}
