/** Cursors of lists that DynamoDB pages: the key attributes of the last item. They carry no right. */
import type { PageToken } from '@order-pipeline/platform/dynamo/table';
import { ProblemError } from '../http/problem.js';

/** Returns the cursor of the next page, as a member of a response; nothing on the last page. */
export function encodePageToken(token: PageToken | undefined): { next_cursor?: string } {
  return token ? { next_cursor: Buffer.from(JSON.stringify(token)).toString('base64url') } : {};
}

/** Parses a cursor. @throws {ProblemError} `invalid` when it is not one */
export function decodePageToken(cursor: string | undefined): PageToken | undefined {
  if (cursor === undefined) return undefined;
  try {
    const token: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isPageToken(token)) return token;
  } catch {
    // Reported below.
  }
  throw new ProblemError('invalid', 'The cursor is not valid.', {
    errors: [{ in: 'query', field: 'cursor', detail: 'must be the next_cursor of a page' }],
  });
}

function isPageToken(value: unknown): value is PageToken {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const values = Object.values(value);
  return values.length > 0 && values.every((entry) => typeof entry === 'string' && entry !== '');
}
