/** First middleware of every request: adds an id, a trace, a log line and metrics. */
import { randomUUID } from 'node:crypto';
import { createLineWriter, type Logger } from '@order-pipeline/platform/logger';
import {
  createTraceContext,
  formatTraceparent,
  parseTraceparent,
  type TraceContext,
} from '@order-pipeline/platform/tracing/trace-context';
import {
  type ActiveSpan,
  enterTrace,
  isTracing,
  NO_SPAN,
  type SpanStart,
  startEntrySpan,
} from '@order-pipeline/platform/tracing/tracer';
import { createWork, roundMs, runWork, stepsOf } from '@order-pipeline/platform/work';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ApiMetrics } from '../metrics.js';
import { isWaiting } from './waiting.js';

/** Identity of a request, here and in the services after this one. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context of this request. */
  readonly traceparent: string;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Paths that are polled every few seconds and are useless in a trace. */
const UNTRACED: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** The context that the first middleware made. */
export function contextOf(response: Response): RequestContext {
  return response.locals.context as RequestContext;
}

/**
 * Creates the middleware that adds a context to each request, and logs, counts and traces it after its response. Then
 * calls `check`, which may reject the request by throwing, and may return a function to call after the response.
 */
export function createRequestContext(
  logger: Logger,
  metrics: ApiMetrics,
  check: (request: Request, response: Response) => (() => void) | undefined,
): RequestHandler {
  // Its fields are named here one by one and hold no secret, so it need not search them for any.
  const log = createLineWriter(logger);
  return (request: Request, response: Response, next: NextFunction) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    const parent = parseTraceparent(request.headers.traceparent);
    const untraced = UNTRACED.has(request.path);
    const trace = enterRequest(parent, untraced);
    const span = untraced ? NO_SPAN : startEntrySpan(trace, parent, () => describeRequest(request));
    const work = createWork({ request_id: requestId }, untraced ? undefined : trace);
    const context: RequestContext = { requestId, traceparent: formatTraceparent(trace) };
    response.locals.context = context;
    let leave: (() => void) | undefined;
    response.once('close', () => {
      leave?.();
      const { method } = request;
      const { statusCode: status } = response;
      const durationMs = performance.now() - startedMs;
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const waiting = isWaiting(response);
      const seconds = durationMs / 1_000;
      metrics.observeRequest({ method, route, status, seconds, waiting, span: work.span });
      if (span.context) endRequestSpan(span, `${method} ${route}`, status);
      log(work, {
        method,
        route,
        status,
        duration_ms: roundMs(durationMs),
        steps: stepsOf(work),
        waiting: waiting || undefined,
        user_id: request.user?.user_id,
        aborted: !response.writableFinished || undefined,
        msg: 'request served',
      });
    });
    leave = check(request, response);
    runWork(work, next);
  };
}

function requestIdOf({ headers }: Request): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Returns the identity of a request, a new one unless its caller's continues. While tracing is off, log lines need it nevertheless. */
function enterRequest(parent: TraceContext | undefined, untraced: boolean): TraceContext {
  return (isTracing() && !untraced && enterTrace(parent)) || createTraceContext(parent);
}

function describeRequest({ method, path }: Request): SpanStart {
  return { name: method, kind: 'server', attributes: { 'http.request.method': method, 'url.path': path } };
}

function endRequestSpan(span: ActiveSpan, name: string, status: number): void {
  span.rename(name);
  span.set({ 'http.route': name.slice(name.indexOf(' ') + 1), 'http.response.status_code': status });
  if (status >= 500) span.fail(new Error(`status ${status}`));
  span.end();
}
