/** Context that travels with a call: the request id, the trace and the attempt of its order. */
import type { HandlerContext } from '@connectrpc/connect';
import { formatTraceparent, parseTraceparent, type TraceContext } from '../tracing/trace-context.js';
import { enterTrace } from '../tracing/tracer.js';
import { createWork, currentWork, type Work } from '../work.js';

/** Header of the id that ties logs of all services to one request. */
const REQUEST_ID_HEADER = 'x-request-id';

/** Header of W3C Trace Context. */
export const TRACEPARENT_HEADER = 'traceparent';

/** Header of a call that was tried before, with the number of earlier tries: one of them may have taken effect. */
export const PREVIOUS_TRIES_HEADER = 'x-previous-tries';

/** Header of the attempt of the order protocol that a call is part of. */
const ORDER_ATTEMPT_HEADER = 'x-order-attempt';

/** Context of a caller. */
export interface CallerContext {
  readonly requestId?: string | undefined;
  /** As in W3C Trace Context. */
  readonly traceparent?: string | undefined;
}

/** The headers to pass in CallOptions. */
export function toCallHeaders({ requestId, traceparent }: CallerContext): Record<string, string> {
  return {
    ...(requestId !== undefined && { [REQUEST_ID_HEADER]: requestId }),
    ...(traceparent !== undefined && { [TRACEPARENT_HEADER]: traceparent }),
  };
}

/** A context of a call on either listener: that of gRPC reads a single header at less cost. */
type CallContext = Pick<HandlerContext, 'requestHeader'> & { header?(name: string): string | undefined };

function readHeader(context: CallContext, name: string): string | undefined {
  return context.header ? context.header(name) : (context.requestHeader.get(name) ?? undefined);
}

/** Returns the context that the caller of a service passed along. */
export function callerOf(context: CallContext): CallerContext {
  return {
    requestId: readHeader(context, REQUEST_ID_HEADER),
    traceparent: readHeader(context, TRACEPARENT_HEADER),
  };
}

/** Returns the headers that tie a call to the current work. */
export function currentCallHeaders(): Record<string, string> {
  const { fields, span } = currentWork() ?? {};
  return {
    ...toCallHeaders({ requestId: fields?.request_id, traceparent: span && formatTraceparent(span) }),
    ...(fields?.attempt !== undefined && { [ORDER_ATTEMPT_HEADER]: String(fields.attempt) }),
  };
}

/** Work of serving a call, and the span that its caller passed along. */
export interface ServedWork {
  readonly work: Work;
  readonly parent: TraceContext | undefined;
}

/** Creates the work of serving a call: the order is the one that the request names, if it names one. */
export function workOf(request: unknown, context: CallContext): ServedWork {
  const { requestId, traceparent } = callerOf(context);
  const { orderId } = request as { readonly orderId?: unknown };
  const attempt = Number.parseInt(readHeader(context, ORDER_ATTEMPT_HEADER) ?? '', 10);
  const parent = parseTraceparent(traceparent);
  const work = createWork(
    {
      request_id: requestId,
      order_id: typeof orderId === 'string' && orderId !== '' ? orderId : undefined,
      attempt: Number.isNaN(attempt) ? undefined : attempt,
    },
    enterTrace(parent),
  );
  return { work, parent };
}
