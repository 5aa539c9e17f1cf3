/** State of the stand-in for Stripe: PaymentIntents and refunds, with the rules of Stripe's documentation. */
import { randomUUID } from 'node:crypto';

/** A PaymentIntent in the shape of the API. */
export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  amount_capturable: number;
  amount_received: number;
  readonly capture_method: string;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payment_method: string | null;
  status: string;
  cancellation_reason: string | null;
  last_payment_error: ApiError | null;
  readonly latest_charge: string | null;
}

/** A refund in the shape of the API. */
export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly payment_intent: string;
  readonly charge: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: string;
}

/** The `error` of a response. */
export interface ApiError {
  readonly type: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly param?: string;
  readonly payment_intent?: Intent;
}

/** A response that is an error. */
export class ApiFailureError extends Error {
  readonly status: number;
  readonly error: ApiError;

  constructor(status: number, error: ApiError) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

/** Parameters of a request, as the form names them (`metadata[order_key]`). */
export type Params = ReadonlyMap<string, string>;

/** Declines of Stripe's test payment methods (https://docs.stripe.com/testing). */
const DECLINES: Readonly<Record<string, Omit<ApiError, 'type' | 'message'>>> = {
  chargeDeclined: { code: 'card_declined', decline_code: 'generic_decline' },
  chargeDeclinedInsufficientFunds: { code: 'card_declined', decline_code: 'insufficient_funds' },
  chargeDeclinedExpiredCard: { code: 'expired_card', decline_code: 'expired_card' },
  authenticationRequired: { code: 'authentication_required', decline_code: 'authentication_required' },
};

const APPROVED: ReadonlySet<string> = new Set(['visa', 'mastercard', 'amex', 'discover']);

/** Intents and refunds of one account. */
export class Account {
  readonly intents = new Map<string, Intent>();
  readonly refunds: Refund[] = [];

  create(params: Params): Intent {
    const amount = Number(params.get('amount'));
    const method = params.get('payment_method') ?? '';
    const name = method.replace(/^pm_card_/, '');
    if (!isKnown(name)) throw missing('payment_method', method);
    const decline = DECLINES[name];
    if (amount < 50)
      throw new ApiFailureError(400, {
        type: 'invalid_request_error',
        code: 'amount_too_small',
        param: 'amount',
        message: 'Amount must be at least $0.50 usd',
      });
    const intent: Intent = {
      id: newId('pi'),
      object: 'payment_intent',
      amount,
      amount_capturable: decline ? 0 : amount,
      amount_received: 0,
      capture_method: params.get('capture_method') ?? 'automatic',
      created: Math.floor(Date.now() / 1_000),
      currency: params.get('currency') ?? '',
      metadata: metadataOf(params),
      payment_method: decline ? null : method,
      status: decline ? 'requires_payment_method' : 'requires_capture',
      cancellation_reason: null,
      last_payment_error: null,
      latest_charge: newId('ch'),
    };
    this.intents.set(intent.id, intent);
    if (!decline) return intent;
    const error = { type: 'card_error', message: 'Your card was declined.', ...decline };
    intent.last_payment_error = error;
    throw new ApiFailureError(402, { ...error, payment_intent: intent });
  }

  /** Turns a test token into its PaymentMethod. */
  createMethod(params: Params): object {
    const token = params.get('card[token]') ?? '';
    const name = token.replace(/^tok_/, '');
    if (!isKnown(name)) throw missing('card[token]', token);
    return { id: `pm_card_${name}`, object: 'payment_method', type: 'card' };
  }

  get(id: string): Intent {
    const intent = this.intents.get(id);
    if (intent) return intent;
    throw missing('intent', id, 404);
  }

  capture(id: string): Intent {
    const intent = this.#expect(this.get(id), ['requires_capture'], 'captured');
    return Object.assign(intent, {
      status: 'succeeded',
      amount_received: intent.amount,
      amount_capturable: 0,
    });
  }

  cancel(id: string, reason: string | null): Intent {
    const intent = this.#expect(this.get(id), ['requires_capture', 'requires_payment_method'], 'canceled');
    return Object.assign(intent, { status: 'canceled', cancellation_reason: reason, amount_capturable: 0 });
  }

  refund(params: Params): Refund {
    const intent = this.get(params.get('payment_intent') ?? '');
    const left = intent.amount_received - this.#refunded(intent.id);
    const amount = Number(params.get('amount') ?? left);
    if (left === 0 || amount > left)
      throw new ApiFailureError(400, {
        type: 'invalid_request_error',
        ...(intent.amount_received > 0 && left === 0 && { code: 'charge_already_refunded' }),
        param: 'amount',
        message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      });
    const refund: Refund = {
      id: newId('re'),
      object: 'refund',
      amount,
      currency: intent.currency,
      created: Math.floor(Date.now() / 1_000),
      payment_intent: intent.id,
      charge: intent.latest_charge ?? '',
      metadata: metadataOf(params),
      status: 'succeeded',
    };
    this.refunds.unshift(refund);
    return refund;
  }

  #refunded(id: string): number {
    return this.refunds
      .filter(({ payment_intent }) => payment_intent === id)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  #expect(intent: Intent, statuses: readonly string[], verb: string): Intent {
    if (statuses.includes(intent.status)) return intent;
    throw new ApiFailureError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `This PaymentIntent could not be ${verb} because it has a status of ${intent.status}.`,
      payment_intent: intent,
    });
  }
}

function isKnown(name: string): boolean {
  return APPROVED.has(name) || DECLINES[name] !== undefined;
}

function missing(param: string, value: string, status = 400): ApiFailureError {
  return new ApiFailureError(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${param}: '${value}'`,
  });
}

function metadataOf(params: Params): Record<string, string> {
  const entries = [...params].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
