/** Stripe's webhook endpoint. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@order-pipeline/platform/logger';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { Secret } from '@order-pipeline/platform/secret';
import Stripe from 'stripe';
import type { ProviderChange } from '../../provider-change.js';
import { intentIdOf, toProviderChange } from './change.js';
import type { StripeClient } from './client.js';

/** Path of the endpoint on the HTTP listener. */
const STRIPE_WEBHOOK_PATH = '/webhooks/stripe';

/** Largest body that is read. Stripe's events have a few KB. */
const BODY_MAX_BYTES = 256 * 1_024;

/** Dependencies and options of the endpoint. */
export interface StripeWebhookOptions {
  readonly client: StripeClient;
  readonly secret: Pick<Secret<string>, 'current'>;
  /** Time limit of one event, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Applies the change of an event. Rejects when it is not written: Stripe sends the event again, for three days. */
  readonly apply: (change: ProviderChange) => Promise<void>;
}

/**
 * Creates the endpoint. It responds with 200 for an event that is written or of no interest, 400 for a bad signature, 413 for
 * a large body, and 500 when the event could not be written, which makes Stripe send it again.
 */
export function createStripeWebhook(options: StripeWebhookOptions): HttpRoute {
  const { logger } = options;
  return {
    method: 'POST',
    path: STRIPE_WEBHOOK_PATH,
    handle: (request, response) => {
      receive(options, request).then(
        (status) => answer(response, status),
        (error: unknown) => {
          logger.error({ err: error }, 'an event of Stripe was not written');
          answer(response, 500);
        },
      );
    },
  };
}

async function receive(options: StripeWebhookOptions, request: IncomingMessage): Promise<number> {
  const { client, secret, timeoutMs, apply, logger } = options;
  const body = await readBody(request);
  if (body === undefined) return 413;
  const signature = request.headers['stripe-signature'];
  let event: Stripe.Event;
  try {
    event = Stripe.webhooks.constructEvent(body, signature ?? '', secret.current);
  } catch (error) {
    logger.warn({ err: error }, 'an event without a valid signature of Stripe');
    return 400;
  }
  const intentId = intentIdOf(event);
  if (intentId === undefined) return 200;
  // Read again: events arrive in any order, and those about disputes do not carry the intent's metadata.
  const intent = await client.call(AbortSignal.timeout(timeoutMs), (stripe, settings) =>
    stripe.paymentIntents.retrieve(intentId, {}, settings),
  );
  const change = toProviderChange(event, intent);
  if (change) await apply(change);
  return 200;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number): void {
  const headers = status === 413 ? { connection: 'close' } : {};
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ received: status === 200 }));
}
