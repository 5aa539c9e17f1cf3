/** The calls of Stripe's API that the adapter makes. */
import { type Answer, type Intent, invalid, type ProviderAccount } from './account.js';

/** A call: `METHOD /path`, query and form together, and its `Idempotency-Key`. */
export interface Call {
  readonly name: string;
  readonly params: ReadonlyMap<string, string>;
  readonly request: string;
}

/** Payment methods that are declined. Those whose answers are slow or lost are approved. */
const DECLINED: ReadonlyMap<string, string> = new Map([
  ['pm_card_chargeDeclined', 'generic_decline'],
  ['pm_card_authenticationRequired', 'authentication_required'],
]);

type Route = (account: ProviderAccount, call: Call, id: string) => Answer;

const INTENTS = '/v1/payment_intents';

const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [
    /^POST \/v1\/payment_intents$/,
    (account, { params, request }) =>
      account.authorize(
        {
          key: params.get('metadata[order_key]') ?? '',
          amount: Number(params.get('amount')),
          currency: params.get('currency') ?? '',
          decline: DECLINED.get(params.get('payment_method') ?? ''),
        },
        request,
      ),
  ],
  [
    /^POST \/v1\/payment_intents\/(\w+)\/capture$/,
    (account, { request }, id) => account.finish('captured', id, request),
  ],
  [
    /^POST \/v1\/payment_intents\/(\w+)\/cancel$/,
    (account, { request }, id) => account.finish('voided', id, request),
  ],
  [/^GET \/v1\/payment_intents\/search$/, (account, { params }) => search(account.intents, params)],
  [/^GET \/v1\/payment_intents$/, (account, { params }) => list(youngest(account.intents, params), params)],
  [/^GET \/v1\/payment_intents\/(\w+)$/, (account, _, id) => account.find(id)],
  [
    /^POST \/v1\/refunds$/,
    (account, { params, request }) =>
      account.refund(
        params.get('payment_intent') ?? '',
        Number(params.get('amount')),
        params.get('metadata[refund_id]') ?? '',
        request,
      ),
  ],
  [
    /^GET \/v1\/refunds$/,
    (account, { params }) => list(account.refundsOf(params.get('payment_intent') ?? ''), params),
  ],
];

/** Handles a call; 404 for one that the adapter does not make. */
export function answerCall(account: ProviderAccount, call: Call): Answer {
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(call.name);
    if (match) return route(account, call, match[1] ?? '');
  }
  return invalid('url', `no such call: ${call.name}`, 404);
}

function youngest(intents: readonly Intent[], params: Call['params']): Intent[] {
  const since = Number(params.get('created[gte]') ?? 0);
  return intents.filter(({ created }) => created >= since);
}

function list<T extends { readonly id: string }>(all: readonly T[], params: Call['params']): Answer {
  const from = all.findIndex(({ id }) => id === params.get('starting_after')) + 1;
  return page(all, from, params, 'list');
}

function page<T>(all: readonly T[], from: number, params: Call['params'], object: string): Answer {
  const to = from + Number(params.get('limit') ?? 10);
  const more = to < all.length;
  const next = object === 'search_result' ? { next_page: more ? String(to) : null } : {};
  return { status: 200, body: { object, data: all.slice(from, to), has_more: more, url: INTENTS, ...next } };
}

/** The clauses of Stripe's query language that the adapter writes. */
const CLAUSES: readonly (readonly [RegExp, (intent: Intent, value: string) => boolean])[] = [
  [/^metadata\['order_key'\]:'(.*)'$/, ({ metadata }, value) => metadata.order_key === value],
  [/^status:'(\w+)'$/, ({ status }, value) => status === value],
  [/^created<(\d+)$/, ({ created }, value) => created < Number(value)],
];

function search(intents: readonly Intent[], params: Call['params']): Answer {
  let found = intents;
  for (const clause of (params.get('query') ?? '').split(' AND ')) {
    const known = CLAUSES.find(([pattern]) => pattern.test(clause));
    if (!known) return invalid('query', `cannot read ${clause}`);
    const [pattern, test] = known;
    const value = pattern.exec(clause)?.[1] ?? '';
    found = found.filter((intent) => test(intent, value));
  }
  return page(found, Number(params.get('page') ?? 0), params, 'search_result');
}
