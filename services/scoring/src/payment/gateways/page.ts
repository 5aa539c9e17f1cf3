/** Pages of open authorizations. */
import type { OpenAuthorizationsPage, OpenAuthorizationsQuery } from '../gateway.js';

/** Returns the page of `open` that follows the one which ended at the query's page token. */
export function toPage(
  open: OpenAuthorizationsPage['authorizations'],
  { pageSize, pageToken }: Pick<OpenAuthorizationsQuery, 'pageSize' | 'pageToken'>,
): OpenAuthorizationsPage {
  const from = open.findIndex(({ idempotencyKey }) => idempotencyKey === pageToken) + 1;
  const authorizations = open.slice(from, from + pageSize);
  const more = from + pageSize < open.length;
  return { authorizations, nextPageToken: more ? (authorizations.at(-1)?.idempotencyKey ?? '') : '' };
}
