/** Spans of calls to services. */
import type { DescMethod } from '@bufbuild/protobuf';
import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { formatTraceparent } from '../tracing/trace-context.js';
import { inSpan, type SpanAttributes } from '../tracing/tracer.js';
import { currentWork } from '../work.js';
import { TRACEPARENT_HEADER } from './context.js';
import { methodName } from './service.js';

/** Records a span for each call with all of its tries, and makes it the parent of what the service does. */
export const traceCalls: Interceptor = (next) => (request) =>
  inSpan(
    { name: methodName(request.method), kind: 'client', attributes: rpcAttributes(request.method) },
    async (span) => {
      if (span.context) request.header.set(TRACEPARENT_HEADER, formatTraceparent(span.context));
      try {
        return await next(request);
      } catch (error) {
        span.set({ 'rpc.grpc.status_code': ConnectError.from(error).code });
        throw error;
      }
    },
  );

/** Attributes of a span about a call of a method, served or made. */
export function rpcAttributes(method: DescMethod): SpanAttributes {
  const { order_id, attempt } = currentWork()?.fields ?? {};
  return {
    'rpc.system': 'grpc',
    'rpc.service': method.parent.typeName,
    'rpc.method': method.name,
    'order.id': order_id,
    'order.attempt': attempt,
  };
}
