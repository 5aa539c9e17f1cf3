/**
 * `grpc.health.v1` for the services of a server.
 *
 * @module
 */
import type {
  Server,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';

export {
  Health,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from './gen/health/v1/health_pb.js';

/** Sets what the health service reports. */
export interface HealthService {
  /**
   * Sets the status of one service, or of every service and of the server, whose name is empty. Watchers are notified of
   * changes.
   */
  setServing(serving: boolean, service?: string): void;
  /** Reports NOT_SERVING from now on, and ends the watches, which would keep a draining server alive. */
  shutDown(): void;
}

/**
 * Adds `grpc.health.v1.Health` (Check, Watch, List) to the server. Every service is NOT_SERVING until `setServing`.
 *
 * @param services Full names, such as `GreetService.typeName`.
 * @example
 * ```ts
 * const health = addHealthService(server, [GreetService.typeName]);
 * health.setServing(true);
 * ```
 */
export function addHealthService(server: Server, services: readonly string[]): HealthService {
  const names = ['', ...services];
  const health = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'])));
  const watches = new Set<ServerWritableStream<unknown, unknown>>();
  health.addToServer({
    addService: (definition, implementation) =>
      server.addService(
        definition as ServiceDefinition,
        trackWatches(implementation as UntypedServiceImplementation, watches),
      ),
  });
  const current = new Map<string, ServingStatus>();
  const setStatus = (status: ServingStatus, changed: readonly string[]) => {
    for (const name of changed) {
      if (current.get(name) === status) continue;
      current.set(name, status);
      health.setStatus(name, status);
    }
  };
  return {
    setServing: (serving, service) =>
      setStatus(serving ? 'SERVING' : 'NOT_SERVING', service === undefined ? names : [service]),
    shutDown: () => {
      setStatus('NOT_SERVING', names);
      for (const watch of watches) watch.end();
    },
  };
}

function trackWatches(
  implementation: UntypedServiceImplementation,
  watches: Set<ServerWritableStream<unknown, unknown>>,
): UntypedServiceImplementation {
  const watch = implementation.watch as (call: ServerWritableStream<unknown, unknown>) => void;
  return {
    ...implementation,
    watch: (call: ServerWritableStream<unknown, unknown>) => {
      watches.add(call);
      call.once('cancelled', () => watches.delete(call));
      watch(call);
    },
  };
}
