/** Restricts a list of orders to a range of creation times. Pure. */
import { ProblemError } from '../http/problem.js';
import type { OrderPosition } from './cursor.js';

/** Bounds of `created_at`, both included, as the API writes times: in UTC with milliseconds. */
export interface CreatedRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Returns the range of orders created at `after` or later and before `before` (RFC 3339). Times of orders are whole
 * milliseconds, so the last one before `before` is a millisecond earlier.
 *
 * @throws {ProblemError} `invalid` for a day that does not exist.
 */
export function toCreatedRange(after: string | undefined, before: string | undefined): CreatedRange {
  const from = after === undefined ? undefined : toTime('created_after', after);
  const to = before === undefined ? undefined : toTime('created_before', before) - 1;
  return {
    from: from === undefined ? undefined : new Date(from).toISOString(),
    to: to === undefined ? undefined : new Date(to).toISOString(),
  };
}

/**
 * Returns where to start reading the range, newest first: after `position`, or at the range's own end when the position
 * is newer. Returns undefined when nothing can follow.
 */
export function startIn(
  { from, to }: CreatedRange,
  position: OrderPosition | undefined,
): { readonly position: OrderPosition | undefined } | undefined {
  if (from !== undefined && to !== undefined && from > to) return undefined;
  if (position === undefined) return { position };
  if (from !== undefined && position.created_at < from) return undefined;
  return { position: to !== undefined && position.created_at > to ? undefined : position };
}

function toTime(field: string, text: string): number {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  // A day beyond the month's last is read as one of the next month.
  const exists = !Number.isNaN(day.getTime()) && day.getUTCDate() === Number(text.slice(8, 10));
  if (exists) return Date.parse(text);
  throw new ProblemError('invalid', '1 field is not valid.', {
    errors: [{ in: 'query', field, detail: 'must be a day that exists' }],
  });
}
