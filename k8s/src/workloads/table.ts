/** The services as workloads: one entry each. Ports, secrets, permissions and flows follow from infra/src/decide. */
import type { ServiceName } from '../../../infra/src/decide/services.ts';
import { WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';

/** Checks that a new version has to pass, see delivery/queries.ts. */
export type CanaryCheck =
  | 'errors'
  | 'latency'
  | 'failed-orders'
  | 'dead-letters'
  | 'rpc-errors'
  | 'webhook-dead-letters';

/** Settings of one service in a cluster. */
export interface Workload {
  /** Clients reach it through the ingress. */
  readonly entry: boolean;
  /**
   * Seconds between leaving the endpoints and SIGTERM: callers stop opening connections. 0 for services without
   * callers. order-api keeps accepting for a moment after SIGTERM as well (DRAIN_DELAY_MS).
   */
  readonly preStopSeconds: number;
  readonly wave: number;
  /** None: a new version takes over pod by pod, also where canaries are on. */
  readonly canaryChecks: readonly CanaryCheck[];
}

/** Every service. */
export const WORKLOADS: Readonly<Record<ServiceName, Workload>> = {
  'order-api': {
    entry: true,
    preStopSeconds: 5,
    wave: WAVES.callers,
    canaryChecks: ['errors', 'latency', 'failed-orders', 'dead-letters'],
  },
  'order-processor': {
    entry: false,
    preStopSeconds: 0,
    wave: WAVES.callers,
    canaryChecks: ['failed-orders', 'dead-letters'],
  },
  scoring: {
    entry: false,
    preStopSeconds: 5,
    wave: WAVES.callees,
    canaryChecks: ['rpc-errors', 'failed-orders', 'dead-letters'],
  },
  webhooks: {
    entry: false,
    preStopSeconds: 0,
    wave: WAVES.callers,
    // Failed deliveries depend on receivers more than on a version: the checks are that orders are processed and the queue is read.
    canaryChecks: ['failed-orders', 'webhook-dead-letters'],
  },
  operations: {
    entry: true,
    preStopSeconds: 5,
    wave: WAVES.callers,
    // One pod, and no order depends on it: there is nothing to divide.
    canaryChecks: [],
  },
};

/** Returns true when a new version of a service takes over step by step, by Argo Rollouts. */
export function isCanary(service: ServiceName, { cluster }: Context): boolean {
  return cluster.canary && WORKLOADS[service].canaryChecks.length > 0;
}
