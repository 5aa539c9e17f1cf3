/** What an Idempotency-Key that was seen before means for the request that carries it. */

/** What is remembered about a key. `fingerprint` stands for the request's content. */
export type KeyRecord<Answer> =
  | { readonly state: 'running'; readonly fingerprint: string }
  | { readonly state: 'done'; readonly fingerprint: string; readonly answer: Answer };

/**
 * proceed: first use. replay: give the first answer again. wait: the first request is not answered yet. refuse: the key
 * stands for another request.
 */
export type KeyDecision<Answer> =
  | { readonly action: 'proceed' | 'wait' | 'refuse' }
  | { readonly action: 'replay'; readonly answer: Answer };

/** Decides what to do with a request, given what its key stood for before. */
export function decideKeyUse<Answer>(
  seen: KeyRecord<Answer> | undefined,
  fingerprint: string,
): KeyDecision<Answer> {
  if (!seen) return { action: 'proceed' };
  if (seen.fingerprint !== fingerprint) return { action: 'refuse' };
  return seen.state === 'done' ? { action: 'replay', answer: seen.answer } : { action: 'wait' };
}
