/** Decides how to handle a request, given what is stored under its Idempotency-Key. */

/**
 * State of a key. `fingerprint` is the digest of the body that the key belongs to. `running`: a request sends the
 * order, until `until` (epoch milliseconds) at most. `unknown`: the queue may have taken the order. `done`: the order
 * was accepted with `answer`.
 */
export type KeyEntry<Answer> =
  | { readonly state: 'running'; readonly fingerprint: string; readonly until: number }
  | { readonly state: 'unknown'; readonly fingerprint: string }
  | { readonly state: 'done'; readonly fingerprint: string; readonly answer: Answer };

/**
 * `begin`: nothing is known about the key. `repeat`: an earlier request with the same body ended without a known outcome.
 * `replay`: return the first response again. `wait`: the first request is still running. `refuse`: the key belongs to
 * another body, whose fingerprint is `heldBy`. The orders table overrules `replay` and `refuse`.
 */
export type KeyDecision<Answer> =
  | { readonly action: 'begin' | 'repeat' | 'wait' }
  | { readonly action: 'refuse'; readonly heldBy: string }
  | { readonly action: 'replay'; readonly answer: Answer };

/** Returns the decision for a request with `fingerprint` at `nowMs` (epoch milliseconds). */
export function decideKeyUse<Answer>(
  entry: KeyEntry<Answer> | undefined,
  fingerprint: string,
  nowMs: number,
): KeyDecision<Answer> {
  if (!entry) return { action: 'begin' };
  if (entry.fingerprint !== fingerprint) return { action: 'refuse', heldBy: entry.fingerprint };
  switch (entry.state) {
    case 'done':
      return { action: 'replay', answer: entry.answer };
    case 'running':
      return { action: nowMs < entry.until ? 'wait' : 'repeat' };
    case 'unknown':
      return { action: 'repeat' };
  }
}
