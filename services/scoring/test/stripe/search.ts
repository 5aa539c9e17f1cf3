/** The lists and the search of the stand-in for Stripe. */
import { ApiFailureError, type Intent, type Params } from './intents.js';

/** A page of the API's lists. */
export interface Page<T> {
  readonly object: 'list' | 'search_result';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly next_page?: string | null;
  readonly url: string;
}

/** Returns a page of `all`, which is the newest first. */
export function list<T extends { readonly id: string }>(all: readonly T[], params: Params): Page<T> {
  const limit = Number(params.get('limit') ?? 10);
  const from = all.findIndex(({ id }) => id === params.get('starting_after')) + 1;
  return {
    object: 'list',
    data: all.slice(from, from + limit),
    has_more: from + limit < all.length,
    url: '/v1/list',
  };
}

const CLAUSES: readonly (readonly [RegExp, (match: RegExpExecArray, intent: Intent) => boolean])[] = [
  [/^metadata\['([^']+)'\]:'([^']*)'$/, ([, name = '', value], { metadata }) => metadata[name] === value],
  [/^status:'([a-z_]+)'$/, ([, status], intent) => intent.status === status],
  [/^created<(\d+)$/, ([, time], { created }) => created < Number(time)],
];

/** Searches intents in Stripe's query language, as far as the adapter speaks it. */
export function search(intents: readonly Intent[], params: Params): Page<Intent> {
  const tests = (params.get('query') ?? '').split(' AND ').map((clause) => {
    for (const [pattern, test] of CLAUSES) {
      const match = pattern.exec(clause);
      if (match) return (intent: Intent) => test(match, intent);
    }
    throw new ApiFailureError(400, {
      type: 'invalid_request_error',
      message: `Bad query: ${clause}`,
      param: 'query',
    });
  });
  const found = intents.filter((intent) => tests.every((test) => test(intent)));
  const limit = Number(params.get('limit') ?? 10);
  const from = Number(params.get('page') ?? 0);
  const more = from + limit < found.length;
  return {
    object: 'search_result',
    data: found.slice(from, from + limit),
    has_more: more,
    next_page: more ? String(from + limit) : null,
    url: '/v1/payment_intents/search',
  };
}
