/** Durations of calls, by method and code. */
import type { DescMethod } from '@bufbuild/protobuf';
import type { Code } from '@connectrpc/connect';
import { Counter, Gauge, Histogram } from 'prom-client';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '../metrics.js';
import { recordStep } from '../work.js';
import { codeLabel } from './codes.js';
import { methodName } from './service.js';

/** Counts one call that began at `startedAt` (performance.now()); no code means that it succeeded. */
export type ObserveCall = (method: DescMethod, code: Code | undefined, startedAt: number) => void;

/** `rpc_server_duration_seconds`: what a service took to respond, on either listener. */
export function createServerObserver(registry: Registry): ObserveCall {
  return createObserver(registry, 'rpc_server_duration_seconds', 'Time to serve a call, in seconds');
}

/** `rpc_client_duration_seconds`: what the caller waited, retries included; also a step of the caller's work. */
export function createClientObserver(registry: Registry): ObserveCall {
  const observe = createObserver(
    registry,
    'rpc_client_duration_seconds',
    'Time a caller waited, retries included, in seconds',
  );
  return (method, code, startedAt) => {
    observe(method, code, startedAt);
    recordStep(method.localName, performance.now() - startedAt);
  };
}

/** `rpc_client_retries_total{method}`: further tries. */
export function createRetryCounter(registry: Registry): Counter<'method'> {
  const name = 'rpc_client_retries_total';
  return (
    (registry.getSingleMetric(name) as Counter<'method'> | undefined) ??
    new Counter({ name, help: 'Tries after the first', labelNames: ['method'], registers: [registry] })
  );
}

/** `rpc_breaker_open{service}`: 1 while calls are refused. */
export function createBreakerGauge(registry: Registry): Gauge<'service'> {
  const name = 'rpc_breaker_open';
  return (
    (registry.getSingleMetric(name) as Gauge<'service'> | undefined) ??
    new Gauge({
      name,
      help: '1 while the breaker is open and calls to the service are refused',
      labelNames: ['service'],
      registers: [registry],
    })
  );
}

function createObserver(registry: Registry, name: string, help: string): ObserveCall {
  const histogram =
    (registry.getSingleMetric(name) as Histogram<'method' | 'code'> | undefined) ??
    new Histogram({
      name,
      help,
      labelNames: ['method', 'code'],
      buckets: [...LATENCY_BUCKETS_SECONDS],
      registers: [registry],
    });
  // Finding a series by its labels costs more than the observation.
  const series = new Map<DescMethod, Map<Code | undefined, Histogram.Internal<'method' | 'code'>>>();
  return (method, code, startedAt) => {
    const byCode = series.get(method) ?? new Map();
    const child = byCode.get(code) ?? histogram.labels(methodName(method), codeLabel(code));
    byCode.set(code, child);
    series.set(method, byCode);
    child.observe((performance.now() - startedAt) / 1000);
  };
}
