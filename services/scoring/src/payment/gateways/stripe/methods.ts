/** Payment methods and amounts in Stripe's terms. */
import type Stripe from 'stripe';

/** The part of a PaymentIntent's parameters that names the payment method. */
export type MethodParams = Pick<Stripe.PaymentIntentCreateParams, 'payment_method' | 'payment_method_data'>;

/** Names of objects at Stripe that stand for a payment method, and no more: a card number never goes there. */
const METHOD = /^(pm|card|src)_[A-Za-z0-9_]{1,240}$/;
const TOKEN = /^tok_[A-Za-z0-9_]{1,240}$/;

/** Returns the parameters that name a payment method, or `undefined` when the text cannot be one of Stripe's. */
export function toMethodParams(paymentMethod: string): MethodParams | undefined {
  if (METHOD.test(paymentMethod)) return { payment_method: paymentMethod };
  if (TOKEN.test(paymentMethod))
    return { payment_method_data: { type: 'card', card: { token: paymentMethod } } as never };
  return undefined;
}

/** Currencies without a minor unit in ISO 4217 that Stripe takes in hundredths. */
const IN_HUNDREDTHS: ReadonlySet<string> = new Set(['ISK', 'UGX']);

/** Returns an amount in Stripe's unit, from one in the minor unit of ISO 4217. */
export function toStripeAmount(amount: number, currency: string): number {
  return IN_HUNDREDTHS.has(currency.toUpperCase()) ? amount * 100 : amount;
}

/** Returns an amount in the minor unit of ISO 4217, from one in Stripe's unit. */
export function fromStripeAmount(amount: number, currency: string): number {
  return IN_HUNDREDTHS.has(currency.toUpperCase()) ? Math.round(amount / 100) : amount;
}
