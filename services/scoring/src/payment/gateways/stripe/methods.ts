/** Payment methods and amounts in Stripe's terms. */

/** A payment method in Stripe's terms. A token has to become a PaymentMethod before it can pay. */
export type StripeMethod =
  | { readonly kind: 'method'; readonly id: string }
  | { readonly kind: 'token'; readonly token: string };

/** Names of objects at Stripe that represent a payment method, and no more: a card number never goes there. */
const METHOD = /^(pm|card|src)_[A-Za-z0-9_]{1,240}$/;
const TOKEN = /^tok_[A-Za-z0-9_]{1,240}$/;

/** Returns the payment method that a text names, or `undefined` when the text cannot be one of Stripe's. */
export function toStripeMethod(text: string): StripeMethod | undefined {
  if (METHOD.test(text)) return { kind: 'method', id: text };
  return TOKEN.test(text) ? { kind: 'token', token: text } : undefined;
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
