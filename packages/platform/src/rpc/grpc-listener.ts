/** The gRPC listener: the services, health and reflection on one port. */
import type { DescMethod } from '@bufbuild/protobuf';
import { Server } from '@grpc/grpc-js';
import { addConnectService, methodPath } from 'connect-grpc-js';
import { addHealthService, type HealthService } from 'connect-grpc-js/health';
import { addReflectionService } from 'connect-grpc-js/reflection';
import { PortInUseError } from '../listen.js';
import type { Logger } from '../logger.js';
import { type RpcLimits, serverOptions } from './limits.js';
import type { RpcService } from './service.js';
import { type ServerTls, serverCredentials } from './tls.js';

/** Options of a gRPC listener. */
export interface GrpcListenerOptions {
  /** Guarded services. */
  readonly services: readonly RpcService[];
  readonly host: string;
  readonly port: number;
  readonly portVariable: string;
  readonly limits: RpcLimits;
  readonly tls: ServerTls | undefined;
  readonly logger: Logger;
}

/** A gRPC listener that accepts calls. */
export interface GrpcListener {
  readonly port: number;
  readonly health: HealthService;
  /** Sends GOAWAY, lets calls finish for up to `graceMs`, then cuts off what is left. */
  drain(graceMs: number): Promise<void>;
}

/** Binds and serves. Throws PortInUseError. */
export async function startGrpcListener(options: GrpcListenerOptions): Promise<GrpcListener> {
  const server = new Server(serverOptions(options.limits));
  // Guarded methods throw ConnectErrors; anything else is a response that cannot be encoded.
  const onUnexpectedError = (error: unknown, method: DescMethod) =>
    options.logger.error({ err: error, method: methodPath(method) }, 'a response could not be encoded');
  for (const { service, implementation } of options.services)
    addConnectService(server, service, implementation, { onUnexpectedError });
  const descriptors = options.services.map(({ service }) => service);
  const health = addHealthService(
    server,
    descriptors.map(({ typeName }) => typeName),
  );
  addReflectionService(server, descriptors);
  const port = await bind(server, options);
  return { port, health, drain: (graceMs) => drain(server, health, `${options.host}:${port}`, graceMs) };
}

function bind(server: Server, { host, port, portVariable, tls }: GrpcListenerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, serverCredentials(tls), (cause, bound) => {
      if (!cause) resolve(bound);
      // grpc-js reports the system's error in words only.
      else if (cause.message.includes('EADDRINUSE'))
        reject(new PortInUseError(port, portVariable, { cause }));
      else reject(cause);
    });
  });
}

async function drain(server: Server, health: HealthService, address: string, graceMs: number): Promise<void> {
  health.shutDown();
  // GOAWAY now, and an end after the grace. `forceShutdown` would not end anything: it knows connections from channelz
  // only, which is switched off for its cost.
  server.drain(address, graceMs);
  await new Promise<void>((resolve) => {
    server.tryShutdown(() => resolve());
  });
}
