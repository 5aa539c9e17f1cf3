/** Features of stacks, for tests of the pure parts. */
import type { Features } from '../../src/decide/features.ts';

/** Nothing that a stack can do without. */
export const BARE: Features = { webhooks: false, operations: false, paymentGateway: 'simulated' };

/** Everything. */
export const FULL: Features = { webhooks: true, operations: true, paymentGateway: 'stripe' };
