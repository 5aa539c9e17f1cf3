/** Creates the configured payment gateway. */
import { existsSync } from 'node:fs';
import type { Clock } from '@order-pipeline/platform/clock';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { PaymentConfig } from '../config.js';
import type { PaymentGateway } from '../gateway.js';
import { SimulatedGateway } from './simulated.js';
import { StripeClient } from './stripe/client.js';
import { StripeGateway } from './stripe/gateway.js';
import { createStripeWebhook, type StripeWebhookOptions } from './stripe/webhook.js';

/** Returns the adapter of the configured provider. */
export function createGateway(config: PaymentConfig, clock: Clock): PaymentGateway {
  const { stripe, gatewayTimeoutMs: timeoutMs, gatewaySlowMs: slowMs } = config;
  const { gatewayOutageFile, gatewaySlowFile } = config;
  if (stripe) {
    const client = new StripeClient({ ...stripe, timeoutMs, clock });
    return new StripeGateway({ client, defaultMethod: stripe.defaultMethod, clock });
  }
  return new SimulatedGateway({
    slowMs,
    isDown: () => gatewayOutageFile !== '' && existsSync(gatewayOutageFile),
    isSlow: () => gatewaySlowFile !== '' && existsSync(gatewaySlowFile),
    clock,
  });
}

/** Returns the endpoints that the configured provider calls. */
export function createWebhooks(
  { stripe, gatewayTimeoutMs: timeoutMs }: PaymentConfig,
  { clock, ...deps }: Pick<StripeWebhookOptions, 'logger' | 'apply'> & { readonly clock: Clock },
): readonly HttpRoute[] {
  if (!stripe) return [];
  const client = new StripeClient({ ...stripe, timeoutMs, clock });
  return [createStripeWebhook({ client, secret: stripe.webhookSecret, timeoutMs, ...deps })];
}
