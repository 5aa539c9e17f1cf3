/** The Stripe adapter with a provider for tests: our stand-in, or a test account when STRIPE_TEST_KEY is set. */
import { systemClock } from '@order-pipeline/platform/clock';
import Stripe from 'stripe';
import { StripeClient } from '../../src/payment/gateways/stripe/client.js';
import { StripeGateway } from '../../src/payment/gateways/stripe/gateway.js';
import { type StripeStandIn, startStripe } from '../stripe/server.js';
import type { GatewayUnderTest } from './conformance.js';

/** Creates an adapter for the API at `apiBase`. */
export function createStripeGateway(apiBase: string, key = 'rk_test_standin', clock = systemClock) {
  const client = new StripeClient({ apiKey: { current: key }, apiBase, timeoutMs: 20_000, clock });
  return new StripeGateway({ client, defaultMethod: 'pm_card_visa', clock });
}

/** Starts the provider that the environment names. */
export async function startStripeUnderTest(
  key: string | undefined = process.env.STRIPE_TEST_KEY,
): Promise<GatewayUnderTest> {
  return key ? openAccount(key) : toStandIn(await startStripe());
}

function toStandIn(stripe: StripeStandIn): GatewayUnderTest {
  return {
    gateway: createStripeGateway(stripe.url),
    lapse: async (_, reference) => void stripe.account.cancel(reference, 'automatic'),
    refuseNext: () => {
      stripe.fail({ request: 'POST /v1/payment_', status: 429, headers: { 'retry-after': '1' } });
      return { paymentMethod: 'tok_visa', repeatedWith: 'tok_visa' };
    },
    stop: () => stripe.stop(),
  };
}

function openAccount(key: string): GatewayUnderTest {
  const stripe = new Stripe(key);
  return {
    gateway: createStripeGateway('https://api.stripe.com', key),
    // Stripe offers no way to expire an authorization early: a cancellation leaves the same state.
    lapse: async (_, reference) => void (await stripe.paymentIntents.cancel(reference)),
    stop: async () => undefined,
  };
}
