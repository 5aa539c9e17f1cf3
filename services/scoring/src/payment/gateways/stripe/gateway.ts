/**
 * Stripe: one PaymentIntent an authorization, captured by hand. The intent is the arbiter between capture and cancel, and
 * its metadata names the key, so that an unknown outcome can be looked up after Stripe has forgotten the idempotency key.
 */
import type { Clock } from '@order-pipeline/platform/clock';
import type Stripe from 'stripe';
import { RefusedError } from '../../../errors.js';
import type {
  GatewayAnswer,
  GatewayAuthorization,
  GatewayPayment,
  GatewayRefund,
  GatewayRefundAnswer,
  OpenAuthorizationsPage,
  OpenAuthorizationsQuery,
  PaymentGateway,
} from '../../gateway.js';
import type { StripeClient } from './client.js';
import { declineCodeOf, intentOf, isExpired, isServerError, toGatewayError } from './errors.js';
import { findIntent, KEY_METADATA } from './find.js';
import { finalStateOf, mayBeForgotten, toAnswer } from './intent.js';
import { type StripeMethod, toStripeAmount, toStripeMethod } from './methods.js';
import { refundIntent } from './refund.js';

/** Dependencies and options of a {@link StripeGateway}. */
export interface StripeGatewayOptions {
  readonly client: StripeClient;
  /** Pays orders that name no payment method; empty to decline them. */
  readonly defaultMethod: string;
  readonly clock: Clock;
}

/** Payments by Stripe. */
export class StripeGateway implements PaymentGateway {
  readonly #client: StripeClient;
  readonly #options: StripeGatewayOptions;

  constructor(options: StripeGatewayOptions) {
    this.#client = options.client;
    this.#options = options;
  }

  async authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer> {
    const { defaultMethod, clock } = this.#options;
    const { idempotencyKey: key, orderedAt } = payment;
    const method = toStripeMethod(payment.paymentMethod || defaultMethod);
    if (!method) return { approved: false, reference: '', declineCode: 'invalid_payment_method' };
    return await translate(async () => {
      const known = mayBeForgotten(orderedAt, clock()) ? await this.#find(key, signal) : undefined;
      return toAnswer(known ?? (await this.#createOrFind(payment, method, signal)));
    }, declinedBy);
  }

  /**
   * Creates an intent, or finds the one of an earlier call. Stripe repeats a server error to every call under its key,
   * so the result of the first call has to be looked up.
   */
  async #createOrFind(
    payment: GatewayAuthorization,
    method: StripeMethod,
    signal: AbortSignal,
  ): Promise<Stripe.PaymentIntent> {
    try {
      return await this.#create(payment, method, signal);
    } catch (error) {
      const found = isServerError(error) ? await this.#find(payment.idempotencyKey, signal) : undefined;
      if (found) return found;
      throw error;
    }
  }

  async #create(
    { idempotencyKey: key, amount, currency }: GatewayAuthorization,
    method: StripeMethod,
    signal: AbortSignal,
  ): Promise<Stripe.PaymentIntent> {
    const params: Stripe.PaymentIntentCreateParams = {
      amount: toStripeAmount(amount, currency),
      currency: currency.toLowerCase(),
      capture_method: 'manual',
      confirm: true,
      // No cardholder is present to authenticate: the order is paid later than it is placed.
      error_on_requires_action: true,
      allowed_payment_method_types: ['card'],
      metadata: { [KEY_METADATA]: key },
      payment_method: method.kind === 'method' ? method.id : await this.#redeem(method.token, key, signal),
    };
    return await this.#client.call(
      signal,
      (stripe, options) => stripe.paymentIntents.create(params, options),
      `${key}:authorize`,
    );
  }

  /** Turns a token, which can be used once, into a PaymentMethod. */
  async #redeem(token: string, key: string, signal: AbortSignal): Promise<string> {
    const { id } = await this.#client.call(
      signal,
      (stripe, options) => stripe.paymentMethods.create({ type: 'card', card: { token } }, options),
      `${key}:method`,
    );
    return id;
  }

  async capture(payment: GatewayPayment, signal: AbortSignal): Promise<'captured' | 'voided'> {
    return await this.#finish(payment, signal, 'capture');
  }

  async void(payment: GatewayPayment, signal: AbortSignal): Promise<'voided' | 'captured'> {
    return await this.#finish(payment, signal, 'cancel');
  }

  async refund(refund: GatewayRefund, signal: AbortSignal): Promise<GatewayRefundAnswer> {
    return await translate(async () => {
      const id = await this.#idOf(refund, signal);
      if (id === undefined) throw new RefusedError('Stripe knows no such payment');
      return await refundIntent(this.#client, id, refund, signal);
    });
  }

  /** Pages are the newest first: Stripe offers no other order. Within a page, the oldest is first. */
  async listOpen(query: OpenAuthorizationsQuery, signal: AbortSignal): Promise<OpenAuthorizationsPage> {
    const params = {
      query: `status:'requires_capture' AND created<${Math.floor(query.authorizedBefore / 1_000)}`,
      limit: query.pageSize,
      ...(query.pageToken !== '' && { page: query.pageToken }),
    };
    const page = await translate(() =>
      this.#client.call(signal, (stripe, options) => stripe.paymentIntents.search(params, options)),
    );
    const authorizations = page.data.flatMap(({ id, created, metadata }) => {
      const idempotencyKey = metadata[KEY_METADATA];
      return idempotencyKey ? [{ idempotencyKey, reference: id, authorizedAt: created * 1_000 }] : [];
    });
    return { authorizations: authorizations.toReversed(), nextPageToken: page.next_page ?? '' };
  }

  /** Reads one intent: that needs the network, the key and the API version, as payments do. */
  async ping(signal: AbortSignal): Promise<void> {
    await translate(() =>
      this.#client.call(signal, (stripe, options) => stripe.paymentIntents.list({ limit: 1 }, options)),
    );
  }

  /** Captures or cancels an intent, and returns its final state. An unknown intent holds no money. */
  async #finish(
    payment: GatewayPayment,
    signal: AbortSignal,
    verb: 'capture' | 'cancel',
  ): Promise<'captured' | 'voided'> {
    return await translate(
      async () => {
        const id = await this.#idOf(payment, signal);
        if (id === undefined) return 'voided';
        const intent = await this.#client.call(
          signal,
          (stripe, options) => stripe.paymentIntents[verb](id, {}, options),
          `${payment.idempotencyKey}:${verb}`,
        );
        const state = finalStateOf(intent);
        if (!state) throw new RefusedError('Stripe has neither charged nor released the payment');
        return state;
      },
      (error) => finalStateOf(intentOf(error)) ?? (isExpired(error) ? 'voided' : undefined),
    );
  }

  async #idOf({ idempotencyKey, reference }: GatewayPayment, signal: AbortSignal) {
    return reference === '' ? (await this.#find(idempotencyKey, signal))?.id : reference;
  }

  async #find(key: string, signal: AbortSignal): Promise<Stripe.PaymentIntent | undefined> {
    return await findIntent(this.#client, key, this.#options.clock, signal);
  }
}

function declinedBy(error: unknown): GatewayAnswer | undefined {
  const declineCode = declineCodeOf(error);
  if (declineCode === undefined) return undefined;
  return { approved: false, reference: intentOf(error)?.id ?? '', declineCode };
}

/** Runs calls. Where `read` finds the response in their error, it is returned; other errors become those of the domain. */
async function translate<R>(
  calls: () => Promise<R>,
  read: (error: unknown) => R | undefined = () => undefined,
): Promise<R> {
  try {
    return await calls();
  } catch (error) {
    const answer = read(error);
    if (answer !== undefined) return answer;
    throw toGatewayError(error);
  }
}
