/** Creates the configured payment gateway. */
import { existsSync } from 'node:fs';
import type { Clock } from '@order-pipeline/platform/clock';
import type { PaymentConfig } from '../config.js';
import type { PaymentGateway } from '../gateway.js';
import { SimulatedGateway } from './simulated.js';
import { StripeClient } from './stripe/client.js';
import { StripeGateway } from './stripe/gateway.js';

/** Returns the adapter of the configured provider. */
export function createGateway(config: PaymentConfig, clock: Clock): PaymentGateway {
  const { stripe, gatewayTimeoutMs: timeoutMs, gatewaySlowMs: slowMs, gatewayOutageFile } = config;
  if (stripe) {
    const { apiKey, apiBase, defaultMethod } = stripe;
    return new StripeGateway({
      client: new StripeClient({ apiKey, apiBase, timeoutMs, clock }),
      defaultMethod,
      clock,
    });
  }
  return new SimulatedGateway({
    slowMs,
    isDown: () => gatewayOutageFile !== '' && existsSync(gatewayOutageFile),
    clock,
  });
}
