/** The settings of payment. */
import type { Draft, EnvReader } from '@order-pipeline/platform/env';

/** What payment is told. */
export interface PaymentConfig {
  /** Name of the payments table. */
  readonly table: string;
  /** After how long the gateway's answer counts as unknown, in milliseconds. */
  readonly gatewayTimeoutMs: number;
  /** How long the simulated gateway takes over `tok_slow`, in milliseconds. */
  readonly gatewaySlowMs: number;
  /** While a file exists at this path, the simulated gateway is down; empty for never. */
  readonly gatewayOutageFile: string;
}

/** Reads PAYMENTS_TABLE, GATEWAY_TIMEOUT_MS, GATEWAY_SLOW_MS and GATEWAY_OUTAGE_FILE. */
export function readPaymentConfig(env: EnvReader): Draft<PaymentConfig> {
  return {
    table: env.text('PAYMENTS_TABLE', 'set it to the name of the payments table'),
    gatewayTimeoutMs: env.integer('GATEWAY_TIMEOUT_MS', 2_000, 1, 60_000),
    gatewaySlowMs: env.integer('GATEWAY_SLOW_MS', 1_500, 0, 60_000),
    gatewayOutageFile: env.textOr('GATEWAY_OUTAGE_FILE', ''),
  };
}
