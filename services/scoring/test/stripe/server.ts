/**
 * A stand-in for Stripe's API: stateful, with idempotency keys, in the shapes that the API documents. Only the calls that
 * the adapter makes exist; any other is answered 404.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Account, ApiFailureError, type Intent, type Params, type Refund } from './intents.js';
import { list, search } from './search.js';

/** Fault injected into one request. */
export interface Fault {
  /** The start of `METHOD /path`. */
  readonly request: string;
  /** Answered instead of acting, with these headers. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Acts, and answers this status. */
  readonly afterwards?: number;
  /** Acts, and breaks the connection instead of answering. */
  readonly loseAnswer?: boolean;
  /** Awaited before the request is acted on. */
  readonly hold?: Promise<void>;
}

/** A running stand-in. */
export interface StripeStandIn {
  readonly url: string;
  readonly account: Account;
  /** Requests so far, as `METHOD /path`. */
  readonly requests: readonly string[];
  /** Headers of the last request. */
  readonly lastHeaders: () => IncomingMessage['headers'];
  /** Keeps intents that are younger than this out of the search, in milliseconds. */
  searchLagMs: number;
  /** Hits the next request that matches. */
  fail(fault: Fault): void;
  /** Drops the faults that have hit no request yet. */
  forgive(): void;
  /** Forgets all idempotency keys, as Stripe does after a day. */
  forgetKeys(): void;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Route = (account: Account, params: Params, id: string) => unknown;

const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ['POST', /^\/v1\/payment_methods$/, (account, params) => account.createMethod(params)],
  ['POST', /^\/v1\/payment_intents$/, (account, params) => account.create(params)],
  ['GET', /^\/v1\/payment_intents$/, (account, params) => list(newestFirst(account, params), params)],
  ['POST', /^\/v1\/payment_intents\/([^/]+)\/capture$/, (account, _, id) => account.capture(id)],
  [
    'POST',
    /^\/v1\/payment_intents\/([^/]+)\/cancel$/,
    (account, params, id) => account.cancel(id, params.get('cancellation_reason') ?? null),
  ],
  ['GET', /^\/v1\/payment_intents\/([^/]+)$/, (account, _, id) => account.get(id)],
  ['POST', /^\/v1\/refunds$/, (account, params) => account.refund(params)],
  ['GET', /^\/v1\/refunds$/, (account, params) => list(refundsOf(account, params), params)],
];

/** Starts a stand-in on a free port. */
export async function startStripe(): Promise<StripeStandIn> {
  const account = new Account();
  const requests: string[] = [];
  const faults: Fault[] = [];
  const keys = new Map<string, { readonly params: string; answer?: Answer }>();
  let lastHeaders: IncomingMessage['headers'] = {};
  const standIn = { searchLagMs: 0 };

  const act = (name: string, params: Params): Answer => {
    const [method = '', path = ''] = name.split(' ');
    try {
      if (path === '/v1/payment_intents/search') {
        const oldest = Date.now() - standIn.searchLagMs;
        const visible = newestFirst(account).filter(({ created }) => created * 1_000 <= oldest);
        return { status: 200, body: search(visible, params) };
      }
      for (const [verb, pattern, route] of ROUTES) {
        const match = verb === method ? pattern.exec(path) : null;
        if (match) return { status: 200, body: structuredClone(route(account, params, match[1] ?? '')) };
      }
      throw new ApiFailureError(404, { type: 'invalid_request_error', message: `Unrecognized URL: ${name}` });
    } catch (error) {
      if (!(error instanceof ApiFailureError)) throw error;
      return { status: error.status, body: structuredClone({ error: error.error }) };
    }
  };

  const actOnce = (name: string, body: string, key: string | undefined, params: Params): Answer => {
    if (key === undefined) return act(name, params);
    const known = keys.get(key);
    if (known && known.params !== `${name} ${body}`)
      return errorAnswer(400, 'idempotency_error', 'Keys for idempotent requests need the same parameters');
    const answer = known?.answer ?? act(name, params);
    keys.set(key, { params: `${name} ${body}`, answer });
    return answer;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stripe');
    const name = `${request.method} ${url.pathname}`;
    const body = await text(request);
    requests.push(name);
    lastHeaders = request.headers;
    const index = faults.findIndex((fault) => name.startsWith(fault.request));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0];
    await fault?.hold;
    if (fault?.status !== undefined) {
      const { status, body: failure } = errorAnswer(fault.status, 'api_error', 'A fault of the test');
      response.writeHead(status, fault.headers).end(JSON.stringify(failure));
      return;
    }
    if (!/^Bearer (rk|sk)_test_/.test(request.headers.authorization ?? '')) {
      response.writeHead(401).end(JSON.stringify(errorAnswer(401, 'invalid_request_error', 'Bad key').body));
      return;
    }
    const params = new Map([...url.searchParams, ...new URLSearchParams(body)]);
    const key = request.headers['idempotency-key'] as string | undefined;
    const answer = actOnce(name, body, request.method === 'POST' ? key : undefined, params);
    if (fault?.loseAnswer) response.destroy();
    else if (fault?.afterwards !== undefined)
      response
        .writeHead(fault.afterwards)
        .end(JSON.stringify(errorAnswer(fault.afterwards, 'api_error', 'A fault of the test').body));
    else
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return Object.assign(standIn, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    requests,
    lastHeaders: () => lastHeaders,
    fail: (fault: Fault) => void faults.push(fault),
    forgive: () => void faults.splice(0),
    forgetKeys: () => keys.clear(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function newestFirst(account: Account, params: Params = new Map()): Intent[] {
  const since = Number(params.get('created[gte]') ?? 0);
  return [...account.intents.values()].toReversed().filter(({ created }) => created >= since);
}

function refundsOf({ refunds }: Account, params: Params): Refund[] {
  return refunds.filter(({ payment_intent }) => payment_intent === params.get('payment_intent'));
}

function errorAnswer(status: number, type: string, message: string): Answer {
  return { status, body: { error: { type, message } } };
}
