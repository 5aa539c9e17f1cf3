/** `grpc.health.v1` for every service of a process, following its readiness. */
import type {
  Server,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';

/** What the health service reports. */
export interface HealthService {
  /** Sets the status of every service, and of the process (the empty name). Watchers are told of changes. */
  setServing(serving: boolean): void;
  /** Reports NOT_SERVING from now on, and ends the watches, which would keep a draining server alive. */
  shutDown(): void;
}

/** Adds `grpc.health.v1.Health` (Check, Watch, List) to the server. Nothing serves until `setServing`. */
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
  let current: ServingStatus = 'NOT_SERVING';
  const setStatus = (status: ServingStatus) => {
    if (status === current) return;
    current = status;
    for (const name of names) health.setStatus(name, status);
  };
  return {
    setServing: (serving) => setStatus(serving ? 'SERVING' : 'NOT_SERVING'),
    shutDown: () => {
      setStatus('NOT_SERVING');
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
