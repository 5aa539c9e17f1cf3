/** Prometheus metrics: one registry a service. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type { Registry } from 'prom-client';

/** The program that a registry describes. */
export interface BuildInfo {
  readonly service: string;
  readonly version: string;
}

/** Creates a registry with the process's own metrics (CPU, memory, event loop) and `build_info`. */
export function createRegistry(build?: BuildInfo): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (build) {
    const { service, version } = build;
    new Gauge({
      name: 'build_info',
      help: 'The program and its version; the value is always 1',
      labelNames: ['service', 'version', 'node'],
      registers: [registry],
    }).set({ service, version, node: process.version }, 1);
  }
  return registry;
}

/** Buckets for what takes milliseconds to seconds, in seconds. */
export const LATENCY_BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
