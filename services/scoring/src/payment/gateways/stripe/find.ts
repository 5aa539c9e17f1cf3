/** Finds the PaymentIntent of a key whose reference never reached us. */
import type { Clock } from '@order-pipeline/platform/clock';
import type Stripe from 'stripe';
import type { StripeClient } from './client.js';

/** Metadata that names the key of a PaymentIntent. */
export const KEY_METADATA = 'order_key';

/** Stripe's search lags behind by up to a minute: younger intents are looked up in the list. In milliseconds. */
const SEARCH_LAG_MS = 120_000;

const PAGE_SIZE = 100;

/** Pages of young intents that are read at most. Older ones are found by the next sweep of authorizations. */
const YOUNG_PAGES_MAX = 10;

/** Returns the PaymentIntent with the key, or `undefined` when Stripe shows none. */
export async function findIntent(
  client: StripeClient,
  key: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Stripe.PaymentIntent | undefined> {
  const query = `metadata['${KEY_METADATA}']:'${key.replaceAll(/['\\]/g, '\\$&')}'`;
  const { data } = await client.call(signal, (stripe, options) =>
    stripe.paymentIntents.search({ query, limit: 1 }, options),
  );
  return data[0] ?? (await findYoung(client, key, clock() - SEARCH_LAG_MS, signal));
}

async function findYoung(
  client: StripeClient,
  key: string,
  since: number,
  signal: AbortSignal,
): Promise<Stripe.PaymentIntent | undefined> {
  let after: string | undefined;
  for (let page = 0; page < YOUNG_PAGES_MAX; page += 1) {
    const params = {
      created: { gte: Math.floor(since / 1_000) },
      limit: PAGE_SIZE,
      ...(after !== undefined && { starting_after: after }),
    };
    const { data, has_more } = await client.call(signal, (stripe, options) =>
      stripe.paymentIntents.list(params, options),
    );
    const found = data.find(({ metadata }) => metadata[KEY_METADATA] === key);
    after = data.at(-1)?.id;
    if (found || !has_more || after === undefined) return found;
  }
  return undefined;
}
