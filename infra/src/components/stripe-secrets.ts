/**
 * The secrets of Stripe, set in the stack by an operator: they live in Secrets Manager and, encrypted, in its file and
 * state.
 */
import * as pulumi from '@pulumi/pulumi';
import type { PaymentConfig } from '../config/types.ts';
import type { STRIPE_SECRETS } from '../decide/environment.ts';
import { StoredSecret, type StoredSecretArgs } from './stored-secret.ts';

/** Stores Stripe's key and signing secret; returns nothing where payments are simulated. */
export function createStripeSecrets(
  payment: PaymentConfig,
  args: Omit<StoredSecretArgs, 'value'>,
  opts: pulumi.ComponentResourceOptions,
): Partial<Record<(typeof STRIPE_SECRETS)[number], StoredSecret>> {
  if (payment.gateway !== 'stripe') return {};
  const store = (name: string, value: string) =>
    new StoredSecret(name, { ...args, value: pulumi.secret(value) }, opts);
  return {
    STRIPE_API_KEY: store('stripe-api-key', payment.apiKey),
    STRIPE_WEBHOOK_SECRET: store('stripe-webhook-secret', payment.webhookSecret),
  };
}
