/** The Prefer header field (RFC 7240), as far as this API knows preferences. */

/** Longest time that a response is held back, in seconds. */
export const MAX_WAIT_SECONDS = 20;

const WAIT = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i;

/**
 * Returns the time that the client accepts to wait for a final order, at most MAX_WAIT_SECONDS; 0 without the preference.
 * Preferences that are unknown or not well formed are ignored, as the RFC asks; of several, the first counts.
 */
export function parseWaitSeconds(prefer: string | undefined): number {
  for (const part of (prefer ?? '').split(',')) {
    const [, seconds] = WAIT.exec(part) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_SECONDS);
  }
  return 0;
}
