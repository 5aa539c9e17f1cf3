/** Serves implementations of RPC services on two listeners: gRPC for services, HTTP for people and their tools. */
import type { RequestListener } from 'node:http';
import type { Logger } from '../logger.js';
import type { Registry } from '../metrics.js';
import type { ReadinessCheck } from '../ops-server.js';
import { startGrpcListener } from './grpc-listener.js';
import { routeGrpcLogs } from './grpc-logs.js';
import { guardService } from './guard.js';
import { type HttpRoute, startHttpListener } from './http-listener.js';
import { DEFAULT_LIMITS, type RpcLimits } from './limits.js';
import { followReadiness } from './readiness.js';
import { createServerObserver } from './rpc-metrics.js';
import type { RpcService } from './service.js';
import { ServiceHealth } from './service-health.js';
import type { ServerTls } from './tls.js';

export { type RpcService, rpcService, type ServiceStatus } from './service.js';

/** Services of a process, and the addresses on which it serves them. */
export interface RpcServerOptions {
  readonly services: readonly RpcService[];
  /** Endpoints on the HTTP listener besides the RPCs. */
  readonly routes?: readonly HttpRoute[];
  /** Answers HTTP requests for paths that are neither RPC, route nor operations page; 404 by default. */
  readonly fallback?: RequestListener;
  /** The address of the HTTP listener; all of them by default. */
  readonly httpHost?: string;
  /** 0 takes any free port. */
  readonly grpcPort: number;
  /** The variable that PortInUseError names. */
  readonly grpcPortVariable: string;
  readonly httpPort: number;
  readonly httpPortVariable: string;
  /** Gets `rpc_server_duration_seconds{method,code}`, and is shown on `/metrics`. */
  readonly registry: Registry;
  /** `/ready` and the status of every service in grpc.health.v1 follow these. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly logger: Logger;
  readonly limits?: Partial<RpcLimits>;
  /** Serves both listeners by TLS. */
  readonly tls?: ServerTls;
  /** The address of the gRPC listener; all of them by default. */
  readonly grpcHost?: string;
  /** Interval of the checks for the health status, in milliseconds. */
  readonly checkIntervalMs?: number;
  /** Time limit of one check, in milliseconds. */
  readonly checkTimeoutMs?: number;
  /** Time that `stop` waits for calls in flight, in milliseconds. */
  readonly drainMs?: number;
}

/** A server that accepts calls. */
export interface RpcServer {
  readonly grpcPort: number;
  readonly httpPort: number;
  /**
   * Reports NOT_SERVING and is not ready any more, sends GOAWAY, finishes what is in flight, closes. The HTTP listener continues until
   * the gRPC listener is done, so that `/ready` shows the drain.
   */
  stop(): Promise<void>;
}

/** Starts both listeners. Throws PortInUseError, and then nothing is left listening. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { logger, registry, checks, drainMs = 10_000, checkTimeoutMs = 2_000 } = options;
  routeGrpcLogs(logger);
  const observe = createServerObserver(registry);
  const services = options.services.map((service) => guardService(service, { logger, observe }));
  const shared = { services, limits: { ...DEFAULT_LIMITS, ...options.limits }, tls: options.tls, logger };
  const grpc = await startGrpcListener({
    ...shared,
    host: options.grpcHost ?? '[::]',
    port: options.grpcPort,
    portVariable: options.grpcPortVariable,
  });
  const stopping = new AbortController();
  const http = await startHttpListener({
    ...shared,
    port: options.httpPort,
    portVariable: options.httpPortVariable,
    routes: options.routes ?? [],
    fallback: options.fallback,
    host: options.httpHost,
    registry,
    checks,
    checkTimeoutMs,
    stopping: stopping.signal,
  }).catch(async (error: unknown) => {
    await grpc.drain(0);
    throw error;
  });
  const readiness = await followReadiness(
    new ServiceHealth(grpc.health, services),
    checks,
    options.checkIntervalMs ?? 2_000,
    checkTimeoutMs,
  );
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    stop: async () => {
      readiness.stop();
      stopping.abort();
      const endsAt = performance.now() + drainMs;
      await grpc.drain(drainMs);
      await http.drain(Math.max(0, endsAt - performance.now()));
    },
  };
}
