/** Cross-origin requests, for deployments whose shop calls the API from a browser. */
import cors from 'cors';
import type { RequestHandler } from 'express';

const PREFLIGHT_CACHED_SECONDS = 600;

/** Allows pages of these origins to call the API. No cookies: the API identifies callers by token or signature. */
export function createCors(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins],
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-None-Match',
      'Last-Event-ID',
      'Prefer',
      'X-Request-ID',
    ],
    exposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Location',
      'Preference-Applied',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-ID',
    ],
    maxAge: PREFLIGHT_CACHED_SECONDS,
  });
}
