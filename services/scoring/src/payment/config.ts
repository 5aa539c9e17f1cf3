/** The settings of payment. */
import type { Draft, EnvReader } from '@order-pipeline/platform/env';
import { readStripeConfig, type StripeConfig } from './gateways/stripe/config.js';

/** Configuration of the payment service. */
export interface PaymentConfig {
  /** Name of the payments table. */
  readonly table: string;
  /** Time after which the gateway's response counts as unknown, in milliseconds. */
  readonly gatewayTimeoutMs: number;
  /** Duration of a `tok_slow` call to the simulated gateway, in milliseconds. */
  readonly gatewaySlowMs: number;
  /** While a file exists at this path, the simulated gateway is down; empty for never. */
  readonly gatewayOutageFile: string;
  /** While a file exists at this path, the simulated gateway takes as long over every payment; empty for never. */
  readonly gatewaySlowFile: string;
  /** Set when Stripe is the provider; the gateway is simulated otherwise. */
  readonly stripe?: StripeConfig;
}

/** Payment providers. */
const PAYMENT_GATEWAYS = ['simulated', 'stripe'] as const;

/** Reads PAYMENT_GATEWAY with the provider's own settings, PAYMENTS_TABLE, GATEWAY_TIMEOUT_MS, GATEWAY_SLOW_MS, GATEWAY_OUTAGE_FILE and GATEWAY_SLOW_FILE. */
export function readPaymentConfig(env: EnvReader): Draft<PaymentConfig> {
  const gateway = env.choice('PAYMENT_GATEWAY', PAYMENT_GATEWAYS, 'simulated');
  return {
    table: env.text('PAYMENTS_TABLE', 'set it to the name of the payments table'),
    gatewayTimeoutMs: env.integer('GATEWAY_TIMEOUT_MS', gateway === 'stripe' ? 5_000 : 2_000, 1, 60_000),
    gatewaySlowMs: env.integer('GATEWAY_SLOW_MS', 1_500, 0, 60_000),
    gatewayOutageFile: env.textOr('GATEWAY_OUTAGE_FILE', ''),
    gatewaySlowFile: env.textOr('GATEWAY_SLOW_FILE', ''),
    ...(gateway === 'stripe' && { stripe: readStripeConfig(env) }),
  };
}
