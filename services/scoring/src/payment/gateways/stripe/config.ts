/** Configuration of the Stripe adapter. */
import type { Draft, EnvReader } from '@order-pipeline/platform/env';
import type { Secret, SecretParse } from '@order-pipeline/platform/secret';

/** Configuration of the Stripe adapter. */
export interface StripeConfig {
  /** A restricted key (`rk_...`). */
  readonly apiKey: Secret<string>;
  /** Signing secret of the webhook endpoint (`whsec_...`). */
  readonly webhookSecret: Secret<string>;
  /** Base URL of the API. */
  readonly apiBase: string;
  /** Pays orders that name no payment method; empty to decline them. */
  readonly defaultMethod: string;
}

/** Reads STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET (each also as `_FILE`), STRIPE_API_BASE and STRIPE_DEFAULT_METHOD. */
export function readStripeConfig(env: EnvReader): Draft<StripeConfig> {
  return {
    apiKey: env.secret('STRIPE_API_KEY', {
      parse: parseApiKey,
      remedy:
        'create a restricted key with write access to PaymentIntents, PaymentMethods and Refunds, and set it',
    }),
    webhookSecret: env.secret('STRIPE_WEBHOOK_SECRET', {
      parse: parseWebhookSecret,
      remedy: 'set the signing secret of the webhook endpoint, whsec_...',
    }),
    apiBase: env.url(
      'STRIPE_API_BASE',
      ['http:', 'https:'],
      'https://api.stripe.com',
      'https://api.stripe.com',
    ),
    defaultMethod: env.textOr('STRIPE_DEFAULT_METHOD', ''),
  };
}

/** Accepts a restricted key. A secret key may do everything, which is more than this service needs. */
export function parseApiKey(text: string): SecretParse<string> {
  if (/^rk_(test|live)_[A-Za-z0-9_]+$/.test(text)) return { value: text };
  if (text.startsWith('sk_')) return { problems: ['is an unrestricted key'] };
  return { problems: ['is not a restricted key (rk_test_... or rk_live_...)'] };
}

function parseWebhookSecret(text: string): SecretParse<string> {
  if (/^whsec_[A-Za-z0-9+/=_-]+$/.test(text)) return { value: text };
  return { problems: ['is not a signing secret (whsec_...)'] };
}
