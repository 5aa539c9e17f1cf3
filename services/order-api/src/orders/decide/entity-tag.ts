/** Conditional requests (RFC 9110, section 13.1.2). */

const TAGS = /\s*(?:W\/)?("[\x21\x23-\x7e]*")\s*(?:,|$)/gy;

/** Returns true when an If-None-Match field names the tag, compared weakly, or any tag. */
export function matchesEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(TAGS)].some(([, tag]) => tag === etag);
}
