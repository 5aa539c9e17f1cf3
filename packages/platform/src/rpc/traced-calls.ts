/** Spans of calls to services. */
import type { DescMethod } from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { formatTraceparent } from '../tracing/trace-context.js';
import { type ActiveSpan, inSpan, isRecording, type SpanAttributes } from '../tracing/tracer.js';
import { currentWork } from '../work.js';
import { TRACEPARENT_HEADER } from './context.js';
import { methodName } from './service.js';

type CallHeader = Parameters<Transport['unary']>[3];

/**
 * Returns a transport that records a span for each call with all of its tries, and makes it the parent of what the service does.
 * A transport instead of an interceptor: those build a request with `Headers` for every call, also when nothing is recorded.
 */
export function traceCalls(next: Transport): Transport {
  return {
    unary: (method, signal, timeoutMs, header, input, values) =>
      isRecording()
        ? traced(method, header, (own) => next.unary(method, signal, timeoutMs, own, input, values))
        : next.unary(method, signal, timeoutMs, header, input, values),
    stream: (method, signal, timeoutMs, header, input, values) =>
      isRecording()
        ? traced(method, header, (own) => next.stream(method, signal, timeoutMs, own, input, values))
        : next.stream(method, signal, timeoutMs, header, input, values),
  };
}

function traced<R>(
  method: DescMethod,
  header: CallHeader,
  send: (header: CallHeader) => Promise<R>,
): Promise<R> {
  const start = { name: methodName(method), kind: 'client', attributes: rpcAttributes(method) } as const;
  return inSpan(start, async (span) => {
    try {
      return await send(withSpan(header, span));
    } catch (error) {
      span.set({ 'rpc.grpc.status_code': ConnectError.from(error).code });
      throw error;
    }
  });
}

/** Plain objects stay plain: reading them costs the transport least. */
function withSpan(header: CallHeader, { context }: ActiveSpan): CallHeader {
  if (!context) return header;
  const traceparent = formatTraceparent(context);
  if (header === undefined || (!Array.isArray(header) && !(header instanceof Headers)))
    return { ...(header as Record<string, string> | undefined), [TRACEPARENT_HEADER]: traceparent };
  const headers = new Headers(header);
  headers.set(TRACEPARENT_HEADER, traceparent);
  return headers;
}

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
