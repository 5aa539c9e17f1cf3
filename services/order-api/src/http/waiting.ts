/** Requests that wait on purpose. */
import type { Response } from 'express';

/**
 * Returns true for a request that waits on purpose: a poll with `Prefer: wait`, or an event stream. Neither says
 * how fast the API is. Call it once the header fields are set.
 */
export function isWaiting(response: Response): boolean {
  if (response.hasHeader('Preference-Applied')) return true;
  return String(response.getHeader('Content-Type') ?? '').startsWith('text/event-stream');
}
