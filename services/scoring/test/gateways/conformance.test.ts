import { SimulatedGateway } from '../../src/payment/gateways/simulated.js';
import { describeGateway } from './conformance.js';
import { startStripeUnderTest } from './stripe-under-test.js';

describeGateway('simulated', async () => {
  const gateway = new SimulatedGateway({ slowMs: 1 });
  return {
    gateway,
    lapse: async (idempotencyKey) => gateway.lapse(idempotencyKey),
    refuseNext: () => ({ paymentMethod: 'tok_gatewayDown', repeatedWith: 'tok_visa' }),
    stop: async () => undefined,
  };
});

describeGateway('stripe', () => startStripeUnderTest());
