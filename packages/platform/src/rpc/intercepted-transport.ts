/** Connect interceptors around a transport. */
import type { DescMethod } from '@bufbuild/protobuf';
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type Transport,
} from '@connectrpc/connect';
import { runStreamingCall, runUnaryCall } from '@connectrpc/connect/protocol';
import { grpcPath } from './service.js';

/** The transport with the interceptors around every call; the transport itself where there are none. */
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

/** What interceptors see of a call beside its message. */
function requestOf(
  method: DescMethod,
  baseUrl: string,
  header: ConstructorParameters<typeof Headers>[0],
  contextValues: ContextValues | undefined,
) {
  return {
    service: method.parent,
    requestMethod: 'POST',
    url: new URL(grpcPath(method), baseUrl).href,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}
