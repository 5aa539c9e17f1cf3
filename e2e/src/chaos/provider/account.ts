/** The provider's account: payments in the states and the shapes of Stripe's API. Everything follows from the journal. */
import { randomUUID } from 'node:crypto';
import type { JournalEntry } from './journal.js';

/** A PaymentIntent, as far as the adapter reads it. */
export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly currency: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly metadata: { readonly order_key: string };
  readonly status: 'requires_capture' | 'requires_payment_method' | 'succeeded' | 'canceled';
  readonly last_payment_error: CardError | null;
}

/** A refund, as far as the adapter reads it. */
export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly payment_intent: string;
  readonly metadata: { readonly refund_id: string };
  readonly status: 'succeeded';
}

interface CardError {
  readonly type: 'card_error';
  readonly code: string;
  readonly decline_code: string;
  readonly message: string;
}

/** An answer: status and JSON body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An authorization that the shop asks for. */
export interface Authorization {
  readonly key: string;
  readonly amount: number;
  readonly currency: string;
  /** Reason for declining it; undefined approves it. */
  readonly decline: string | undefined;
}

const STATUSES: Readonly<Record<Exclude<JournalEntry['kind'], 'refunded'>, Intent['status']>> = {
  authorized: 'requires_capture',
  declined: 'requires_payment_method',
  captured: 'succeeded',
  voided: 'canceled',
};

/** Payments and refunds. Each method acts once for a `request`, and repeats its first answer. */
export class ProviderAccount {
  readonly #intents = new Map<string, Intent>();
  readonly #refunds: Refund[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #write: (entry: JournalEntry) => void;

  /** Continues from a journal. */
  constructor(journal: readonly JournalEntry[], write: (entry: JournalEntry) => void) {
    this.#write = write;
    for (const entry of journal) this.#apply(entry);
  }

  /** Payments, the newest first. */
  get intents(): Intent[] {
    return [...this.#intents.values()].toReversed();
  }

  /** Authorizes or declines a payment. */
  authorize({ key, amount, currency, decline }: Authorization, request: string): Answer {
    const known = this.#answers.get(request);
    if (known) return known;
    const kind = decline === undefined ? 'authorized' : 'declined';
    const intent = `pi_${randomUUID().replaceAll('-', '')}`;
    return this.#act({
      kind,
      key,
      intent,
      amount,
      currency,
      request,
      ...(decline !== undefined && { decline }),
    });
  }

  /** Captures or voids a payment. Whichever comes first bars the other. */
  finish(kind: 'captured' | 'voided', id: string, request: string): Answer {
    const known = this.#answers.get(request);
    if (known) return known;
    const intent = this.#intents.get(id);
    if (!intent) return missing(id);
    const isOpen = intent.status === 'requires_capture';
    if (!isOpen && !(kind === 'voided' && intent.status === 'requires_payment_method'))
      return inState(intent);
    const { amount, currency, metadata } = intent;
    return this.#act({ kind, key: metadata.order_key, intent: id, amount, currency, request });
  }

  /** Pays a captured payment back, in part or in full. */
  refund(id: string, amount: number, refund: string, request: string): Answer {
    const known = this.#answers.get(request);
    if (known) return known;
    const intent = this.#intents.get(id);
    if (!intent) return missing(id);
    const left = this.refundsOf(id).reduce((sum, each) => sum - each.amount, intent.amount);
    if (intent.status !== 'succeeded' || amount > left) return invalid('amount', `${left} of ${id} is left`);
    const { currency, metadata } = intent;
    return this.#act({
      kind: 'refunded',
      key: metadata.order_key,
      intent: id,
      amount,
      currency,
      request,
      refund,
    });
  }

  /** Reads a payment. */
  find(id: string): Answer {
    const intent = this.#intents.get(id);
    return intent ? { status: 200, body: intent } : missing(id);
  }

  /** Refunds of a payment, the newest first. */
  refundsOf(intent: string): Refund[] {
    return this.#refunds.filter(({ payment_intent }) => payment_intent === intent);
  }

  /** Writes first: what is answered survives. */
  #act(done: Omit<JournalEntry, 'at'>): Answer {
    const entry = { ...done, at: Date.now() };
    this.#write(entry);
    return this.#apply(entry);
  }

  #apply(entry: JournalEntry): Answer {
    const answer = entry.kind === 'refunded' ? this.#addRefund(entry) : this.#setIntent(entry, entry.kind);
    this.#answers.set(entry.request, answer);
    return answer;
  }

  #setIntent(entry: JournalEntry, kind: keyof typeof STATUSES): Answer {
    const { key, amount, currency, at, decline, intent: id } = entry;
    const error = decline === undefined ? null : toCardError(decline);
    const before = this.#intents.get(id);
    const intent: Intent = {
      id,
      object: 'payment_intent',
      amount,
      currency,
      created: before?.created ?? Math.floor(at / 1_000),
      metadata: { order_key: key },
      status: STATUSES[kind],
      last_payment_error: error ?? before?.last_payment_error ?? null,
    };
    this.#intents.set(id, intent);
    if (error) return { status: 402, body: { error: { ...error, payment_intent: intent } } };
    return { status: 200, body: intent };
  }

  #addRefund({ intent, amount, refund = '', request }: JournalEntry): Answer {
    const body: Refund = {
      id: `re_${Buffer.from(request).toString('hex').slice(-24)}`,
      object: 'refund',
      amount,
      payment_intent: intent,
      metadata: { refund_id: refund },
      status: 'succeeded',
    };
    this.#refunds.unshift(body);
    return { status: 200, body };
  }
}

function toCardError(decline: string): CardError {
  return {
    type: 'card_error',
    code: 'card_declined',
    decline_code: decline,
    message: 'Your card was declined.',
  };
}

/** Returns an answer that refuses a parameter. */
export function invalid(param: string, message: string, status = 400): Answer {
  return { status, body: { error: { type: 'invalid_request_error', param, message } } };
}

function missing(id: string): Answer {
  const error = { type: 'invalid_request_error', code: 'resource_missing', param: 'intent', message: id };
  return { status: 404, body: { error } };
}

function inState(intent: Intent): Answer {
  const error = {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This PaymentIntent has a status of ${intent.status}.`,
    payment_intent: intent,
  };
  return { status: 400, body: { error } };
}
