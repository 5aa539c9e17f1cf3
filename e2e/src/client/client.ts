/** A typed client of the order API: its calls and types are generated from services/order-api/openapi.json. */
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/schema.js';

/** The API's calls, by path. */
export type OrderApiClient = Client<paths>;

/** An order as it is read. */
export type Order = components['schemas']['Order'];

/** Problem details, the body of every error. */
export type Problem = components['schemas']['Problem'];

/** Creates a client. `token` proves who calls; calls with a signed URL need none. */
export function createOrderApiClient(baseUrl: string, token?: string): OrderApiClient {
  return createClient<paths>({ baseUrl, ...(token && { headers: { Authorization: `Bearer ${token}` } }) });
}

/** What the calls on one order are given, out of its signed URL. */
export interface SignedOrder {
  readonly path: { readonly order_id: string };
  readonly query: {
    readonly expires: string;
    readonly key_id: string;
    readonly signature: string;
    /** On orders placed with an Idempotency-Key. */
    readonly fingerprint?: string;
  };
}

/** The parameters in a poll URL. Throws TypeError for a text that is no poll URL. */
export function readPollUrl(pollUrl: string): SignedOrder {
  const { pathname, searchParams } = new URL(pollUrl);
  const [, order_id] = /^\/orders\/([^/]+)$/.exec(pathname) ?? [];
  const [expires, key_id, signature] = ['expires', 'key_id', 'signature'].map((name) =>
    searchParams.get(name),
  );
  if (!order_id || !expires || !key_id || !signature) throw new TypeError('not a poll URL');
  const fingerprint = searchParams.get('fingerprint');
  return {
    path: { order_id },
    query: { expires, key_id, signature, ...(fingerprint !== null && { fingerprint }) },
  };
}
