/** The Prefer header field (RFC 7240), as far as this API knows preferences. */

/** The longest that a response is held back, in seconds. */
export const MAX_WAIT_SECONDS = 20;

const WAIT = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i;

/**
 * For how many seconds the client would wait for a final answer, at most MAX_WAIT_SECONDS; 0 when it does not say so.
 * Preferences that are unknown or not well formed are ignored, as the RFC asks; of several, the first counts.
 */
export function parseWaitSeconds(prefer: string | undefined): number {
  for (const part of (prefer ?? '').split(',')) {
    const [, seconds] = WAIT.exec(part) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_SECONDS);
  }
  return 0;
}
