/**
 * Header fields of every response: those of security, of its request and of its quota. They are added when the head
 * is written, in one step, since setting twenty fields one by one costs as much as parsing the request.
 */
import { IncomingMessage, type OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { Express, Response } from 'express';
import helmet from 'helmet';
import { type QuotaState, toPolicyHeader, toStateHeader } from '../limits/policy.js';
import type { RequestContext } from './request-context.js';

/** Names and values in turn, as node takes them. */
type FlatHeaders = readonly string[];

/** A response of the application: express has no type for what it lets one add to its responses. */
interface Responses {
  writeHead(this: Response, ...args: unknown[]): Response;
}

const writeHead = ServerResponse.prototype.writeHead as (...args: unknown[]) => unknown;

/** Adds the fields to every response of the application. Fields that a route has set are left as they are. */
export function addCommonHeaders(app: Express): void {
  (app.response as unknown as Responses).writeHead = function (...args) {
    const headers = toCommonHeaders(this);
    for (let at = 0; at < headers.length; at += 2) {
      const [name = '', value = ''] = [headers[at], headers[at + 1]];
      if (!this.hasHeader(name)) this.setHeader(name, value);
    }
    writeHead.apply(this, args);
    return this;
  };
}

/**
 * Sends JSON with the common fields at the least cost, and ends the response. For routes that are called most.
 *
 * @param headers Further fields, names and values in turn.
 */
export function sendJson(response: Response, status: number, headers: FlatHeaders, value: object): void {
  const body = JSON.stringify(value);
  const bytes = Buffer.byteLength(body);
  const flat: OutgoingHttpHeader[] = toCommonHeaders(response);
  for (const field of headers) flat.push(field);
  flat.push('Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(bytes));
  writeHead.call(response, status, flat);
  // Each character a byte: ASCII, which takes no conversion.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}

/** Responses are about one caller at one moment: no cache may keep them, unless a route allows it. */
const STATIC: FlatHeaders = [...collectSecurityHeaders(), 'Cache-Control', 'no-store'];

function toCommonHeaders(response: Response): string[] {
  const headers = STATIC.slice();
  // Node itself rejects a request without a Host field, before the application has set anything.
  const locals: Partial<Response['locals']> = response.locals ?? {};
  const context = locals.context as RequestContext | undefined;
  if (context) headers.push('X-Request-ID', context.requestId);
  const quota = locals.quota as QuotaState | undefined;
  if (quota)
    headers.push('RateLimit-Policy', toPolicyHeader(quota.policy), 'RateLimit', toStateHeader(quota));
  return headers;
}

/** Returns what helmet sets, which is the same for every response. */
function collectSecurityHeaders(): FlatHeaders {
  const request = new IncomingMessage(null as never);
  // The types of node leave getRawHeaderNames out.
  const response = new ServerResponse(request) as ServerResponse & { getRawHeaderNames(): string[] };
  const fail = (error: unknown) => {
    if (error) throw error;
  };
  helmet({
    // Responses other than pages run no scripts; the pages set a policy of their own.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    frameguard: { action: 'deny' },
  })(request, response, fail);
  return response.getRawHeaderNames().flatMap((name) => [name, String(response.getHeader(name))]);
}
