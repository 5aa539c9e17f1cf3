/** Adds Connect service implementations to a grpc-js server. */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, createServiceImplSpec, type ServiceImpl } from '@connectrpc/connect';
import type { Server, ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { methodPath } from './codec.js';
import { createHandler } from './handlers.js';

/** Options of {@link addConnectService}. */
export interface ConnectServiceOptions {
  /**
   * Called with every error that is not a ConnectError. The client receives only INTERNAL with the message "internal
   * error"; log the cause here.
   */
  readonly onUnexpectedError?: (error: unknown, method: DescMethod) => void;
}

/**
 * Adds a Connect service to a grpc-js server. The implementation is the same that Connect's own router takes: all four
 * kinds of methods, with Connect's `HandlerContext`. Methods that are left out answer UNIMPLEMENTED.
 *
 * @example
 * ```ts
 * const server = new Server();
 * addConnectService(server, GreetService, {
 *   greet: ({ name }) => ({ greeting: `Hello, ${name}!` }),
 *   async *countdown({ from }) {
 *     for (let left = from; left > 0; left -= 1) yield { left };
 *   },
 * });
 * ```
 */
export function addConnectService<S extends DescService>(
  server: Pick<Server, 'addService'>,
  service: S,
  implementation: Partial<ServiceImpl<S>>,
  options: ConnectServiceOptions = {},
): void {
  const toConnectError = (error: unknown, method: DescMethod): ConnectError => {
    if (error instanceof ConnectError) return error;
    options.onUnexpectedError?.(error, method);
    return new ConnectError('internal error', Code.Internal);
  };
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const spec of Object.values(createServiceImplSpec<S>(service, implementation).methods)) {
    const { kind, method } = spec;
    definition[method.name] = {
      path: methodPath(method),
      requestStream: kind === 'client_streaming' || kind === 'bidi_streaming',
      responseStream: kind === 'server_streaming' || kind === 'bidi_streaming',
      // Bytes pass through: messages are coded in the handlers, where an error can still get the right status.
      requestSerialize: asBuffer,
      requestDeserialize: asBuffer,
      responseSerialize: asBuffer,
      responseDeserialize: asBuffer,
    };
    handlers[method.name] = createHandler(spec, (error) => toConnectError(error, method));
  }
  server.addService(definition, handlers);
}

function asBuffer(bytes: Buffer): Buffer {
  return bytes;
}
