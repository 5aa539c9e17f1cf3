/** Runs Connect interceptors around a transport. */
import type { DescMethod } from '@bufbuild/protobuf';
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type Transport,
} from '@connectrpc/connect';
import { runStreamingCall, runUnaryCall } from '@connectrpc/connect/protocol';
import { methodPath } from './codec.js';

/**
 * Returns the transport with the interceptors around every call; the transport itself when there are none. Useful for a
 * transport that wraps another one, such as with retries, when interceptors belong outside of it.
 *
 * @example
 * ```ts
 * const logged: Interceptor = (next) => (request) => {
 *   console.log(request.url);
 *   return next(request);
 * };
 * const transport = withInterceptors(createGrpcTransport(channel), [logged], 'http://localhost:50051');
 * ```
 */
export function withInterceptors(
  transport: Transport,
  interceptors: readonly Interceptor[],
  baseUrl: string,
): Transport {
  if (interceptors.length === 0) return transport;
  const around = (signal: AbortSignal | undefined, timeoutMs: number | undefined) => ({
    interceptors: [...interceptors],
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return {
    unary: (method, signal, timeoutMs, header, message, values) =>
      runUnaryCall({
        ...around(signal, timeoutMs),
        req: { ...requestOf(method, baseUrl, header, values), method, stream: false, message },
        next: (request) =>
          transport.unary(method, request.signal, timeoutMs, request.header, request.message),
      }),
    stream: (method, signal, timeoutMs, header, message, values) =>
      runStreamingCall({
        ...around(signal, timeoutMs),
        req: { ...requestOf(method, baseUrl, header, values), method, stream: true, message },
        next: (request) =>
          transport.stream(method, request.signal, timeoutMs, request.header, request.message),
      }),
  };
}

/** The properties of a call that interceptors see besides its message. */
function requestOf(
  method: DescMethod,
  baseUrl: string,
  header: ConstructorParameters<typeof Headers>[0],
  contextValues: ContextValues | undefined,
) {
  return {
    service: method.parent,
    requestMethod: 'POST',
    url: new URL(methodPath(method), baseUrl).href,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}
