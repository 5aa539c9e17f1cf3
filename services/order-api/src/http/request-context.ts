/** What every request gets before anything else: an id, a trace, a log line and its place in the metrics. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@order-pipeline/platform/logger';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ApiMetrics } from '../metrics.js';
import { isWaiting } from './waiting.js';

/** How a request is told apart from others, here and in the services after this one. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C Trace Context of this request. */
  readonly traceparent: string;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The context that the first middleware made. */
export function contextOf(response: Response): RequestContext {
  return response.locals.context as RequestContext;
}

/** Gives each request its context, and logs and counts it when it has been answered. */
export function createRequestContext(logger: Logger, metrics: ApiMetrics): RequestHandler {
  // Its fields are named here one by one and hold no secret, so it need not search them for any.
  const accessLog = logger.child({}, { redact: [] });
  return (request: Request, response: Response, next: NextFunction) => {
    const startedMs = performance.now();
    const context = createContext(request);
    response.locals.context = context;
    response.setHeader('X-Request-ID', context.requestId);
    response.once('close', () => {
      const durationMs = performance.now() - startedMs;
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const waiting = isWaiting(response);
      metrics.observeRequest(request.method, route, response.statusCode, durationMs / 1_000, waiting);
      accessLog.info({
        request_id: context.requestId,
        method: request.method,
        route,
        status: response.statusCode,
        duration_ms: Math.round(durationMs * 10) / 10,
        ...(waiting && { waiting }),
        ...(request.user && { user_id: request.user.user_id }),
        ...(!response.writableFinished && { aborted: true }),
      });
    });
    next();
  };
}

function createContext({ headers }: Request): RequestContext {
  const given = headers['x-request-id'];
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  const [, traceId, flags] = headers.traceparent ? (TRACEPARENT.exec(String(headers.traceparent)) ?? []) : [];
  // Version 4 UUIDs, since node keeps a store of random bytes for them: asking for bytes each time costs more.
  return {
    requestId,
    traceparent: `00-${traceId ?? randomHex()}-${randomHex().slice(16)}-${flags ?? '01'}`,
  };
}

function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
