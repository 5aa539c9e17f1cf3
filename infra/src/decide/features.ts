/** Parts of the system that a stack may have or not. */
import { SERVICE_NAMES, type ServiceName } from './services.ts';

/** Payment providers, as scoring names them. */
export const PAYMENT_GATEWAYS = ['simulated', 'stripe'] as const;

/** A payment provider. */
export type PaymentGateway = (typeof PAYMENT_GATEWAYS)[number];

/** The features of a stack. Environment, permissions, flows and secrets of the services follow from them. */
export interface Features {
  /** Merchants register endpoints, and the webhooks service delivers order events to them. */
  readonly webhooks: boolean;
  readonly paymentGateway: PaymentGateway;
}

/** Returns the services that run with these features. */
export function toDeployedServices({ webhooks }: Pick<Features, 'webhooks'>): ServiceName[] {
  return SERVICE_NAMES.filter((service) => service !== 'webhooks' || webhooks);
}
