/** Parts of the system that a stack may have or not. */
import { SERVICE_NAMES, type ServiceName } from './services.ts';

/** Payment providers, as scoring names them. */
export const PAYMENT_GATEWAYS = ['simulated', 'stripe'] as const;

/** A payment provider. */
export type PaymentGateway = (typeof PAYMENT_GATEWAYS)[number];

/** Services that a stack may do without. */
const OPTIONAL_SERVICES = ['webhooks', 'operations'] as const satisfies ServiceName[];

/** A service that a stack may do without. */
export type OptionalService = (typeof OPTIONAL_SERVICES)[number];

/** The features of a stack. Environment, permissions, flows and secrets of the services follow from them. */
export interface Features extends Readonly<Record<OptionalService, boolean>> {
  /** Merchants register endpoints, and the webhooks service delivers order events to them. */
  readonly webhooks: boolean;
  /** Operators have an API and a web console, behind a login. */
  readonly operations: boolean;
  readonly paymentGateway: PaymentGateway;
}

/** A value for each service that runs. */
export type PerDeployed<T> = Readonly<
  Record<Exclude<ServiceName, OptionalService>, T> & Partial<Record<OptionalService, T>>
>;

/** Returns the services that run with these features. */
export function toDeployedServices(features: Pick<Features, OptionalService>): ServiceName[] {
  const absent: readonly ServiceName[] = OPTIONAL_SERVICES.filter((service) => !features[service]);
  return SERVICE_NAMES.filter((service) => !absent.includes(service));
}
