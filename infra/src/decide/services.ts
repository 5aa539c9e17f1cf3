/** The services as the cloud sees them: names, ports, and the health check of a container. */

/** A service, its folder under services/ and its image. */
export type ServiceName = 'order-api' | 'order-processor' | 'scoring' | 'webhooks' | 'operations';

/** Every service. */
export const SERVICE_NAMES: readonly ServiceName[] = [
  'order-api',
  'order-processor',
  'scoring',
  'webhooks',
  'operations',
];

/**
 * Services of which one process runs, never more. SQS shows a message to one reader: two processes of operations would each
 * list a part of the dead letters.
 */
export const SINGLE_SERVICES: readonly ServiceName[] = ['operations'];

/** The collector that runs alongside the processor. */
export const COLLECTOR = 'metrics-collector';

/** Every image: one a service, and the collector's. */
export const IMAGE_NAMES: readonly string[] = [...SERVICE_NAMES, COLLECTOR];

/** Ports of a service. */
export interface ServicePorts {
  /** Port for other services; processor and webhooks have no callers. */
  readonly service?: { readonly port: number; readonly protocol: 'http' | 'grpc' };
  /** Port of `/health` and `/metrics`. */
  readonly ops: number;
}

/** The ports that the services listen on by default. */
export const PORTS = {
  'order-api': { service: { port: 8000, protocol: 'http' }, ops: 8000 },
  'order-processor': { ops: 9090 },
  scoring: { service: { port: 50_051, protocol: 'grpc' }, ops: 8081 },
  webhooks: { ops: 9091 },
  operations: { service: { port: 8090, protocol: 'http' }, ops: 8090 },
} as const satisfies Readonly<Record<ServiceName, ServicePorts>>;

/** Returns the host name under which `/ready` of a service is asked for, where the service is called on another port or not at all. */
export function toOpsHost(service: ServiceName): string {
  return `${service}-ops`;
}

/** Path on scoring's HTTP port at which Stripe's events arrive. */
export const STRIPE_PATH = '/webhooks/stripe';

/** Time limit of a service's stop, in milliseconds; then it exits by itself. */
export const STOP_TIMEOUT_MS = 25_000;

/** Time between SIGTERM and ECS's SIGKILL, in seconds: longer than the service's own limit. */
export const STOP_TIMEOUT_SECONDS = 30;

/** Interval of health checks, and the number of failures that count. */
export const HEALTH_CHECK = {
  intervalSeconds: 10,
  timeoutSeconds: 5,
  /** Failures in a row that make a process unhealthy. */
  retries: 3,
  /** Time for a process to start, in seconds: failures before it do not count. */
  startSeconds: 30,
} as const;

/** A command that succeeds while the process answers `/health`. The image has Node and no curl. */
export function toHealthCommand(port: number): string[] {
  const script = `fetch('http://127.0.0.1:${port}/health').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;
  return ['node', '-e', script];
}
