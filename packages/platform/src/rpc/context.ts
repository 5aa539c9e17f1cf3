/** What travels with a call: the request id and the trace that it belongs to. */
import type { HandlerContext } from '@connectrpc/connect';

/** Header of the id that ties logs of all services to one request. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Header of W3C Trace Context. */
export const TRACEPARENT_HEADER = 'traceparent';

/** Header of a call that was tried before, with the number of earlier tries: one of them may have taken effect. */
export const PREVIOUS_TRIES_HEADER = 'x-previous-tries';

/** What a caller is known by. */
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

/** What the caller of a service passed along. */
export function callerOf(context: Pick<HandlerContext, 'requestHeader'>): CallerContext {
  return {
    requestId: context.requestHeader.get(REQUEST_ID_HEADER) ?? undefined,
    traceparent: context.requestHeader.get(TRACEPARENT_HEADER) ?? undefined,
  };
}
