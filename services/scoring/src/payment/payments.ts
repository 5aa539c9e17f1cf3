/** Moves money: decides by the ledger, calls the gateway, writes the result. Idempotent by order. */
import type { Clock } from '@order-pipeline/platform/clock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { Counter } from 'prom-client';
import { NotFoundError, OutcomeUnknownError, RefusedError } from '../errors.js';
import type { Permit } from '../permit.js';
import {
  type AuthorizationMatch,
  decideAuthorize,
  decideMatch,
  decideStep,
  gatewayKey,
  type LedgerEntry,
  type Money,
  type PaymentState,
  parseGatewayKey,
  type Step,
} from './decide.js';
import type { OpenAuthorizationsQuery, PaymentGateway } from './gateway.js';
import type { PaymentStore } from './store.js';

/** Dependencies of payments. */
export interface PaymentsDeps {
  readonly store: PaymentStore;
  readonly gateway: PaymentGateway;
  /** Time after which the gateway's response counts as unknown, in milliseconds. */
  readonly gatewayTimeoutMs: number;
  readonly clock: Clock;
  /** Counts what took effect, by the state that it led to. */
  readonly transitions: Counter<'state'>;
  /** Adds up the money that took effect, in the minor unit of its currency. */
  readonly amounts?: Counter<'state' | 'currency'>;
}

/** A page of the provider's open authorizations, compared with the ledger. */
export interface SweptPage {
  readonly authorizations: readonly {
    readonly orderId: string;
    /** Epoch milliseconds. */
    readonly authorizedAt: number;
    readonly match: AuthorizationMatch;
  }[];
  /** Empty after the last page. */
  readonly nextPageToken: string;
}

/** A payment to set aside. */
export interface Authorization extends Money {
  readonly orderId: string;
  /** The payment method's token at the gateway; empty for its default. */
  readonly paymentMethod: string;
  /** Time at which the order was placed, in epoch milliseconds. */
  readonly orderedAt?: number | undefined;
}

/**
 * The gateway comes first and the ledger second: a crash between them leaves the ledger behind, and a repeat under the
 * same key brings it up to date. In the opposite sequence the ledger could record a charge that was never made.
 */
export class Payments {
  readonly #deps: PaymentsDeps;

  constructor(deps: PaymentsDeps) {
    this.#deps = deps;
  }

  /** The order's payment. Throws NotFoundError. */
  async find(orderId: string): Promise<LedgerEntry> {
    const entry = await this.#deps.store.find(orderId);
    if (!entry) throw new NotFoundError(`Order ${orderId} has no payment`);
    return entry;
  }

  /** Sets the money aside. The response is written even if the permit ends meanwhile, so that a void finds it. */
  async authorize(order: Authorization, permit: Permit): Promise<LedgerEntry> {
    const decide = (standing: LedgerEntry | undefined) => decideAuthorize(standing, order);
    return await this.#follow(order.orderId, decide, async () => {
      permit();
      const { orderId: idempotencyKey, amount, currency, paymentMethod, orderedAt } = order;
      const answer = await this.#ask((gateway, signal) =>
        gateway.authorize({ idempotencyKey, amount, currency, paymentMethod, orderedAt }, signal),
      );
      const entry = this.#toEntry(order.orderId, {
        state: answer.approved ? 'AUTHORIZED' : 'DECLINED',
        amount,
        currency,
        gateway_reference: answer.reference,
        ...(!answer.approved && { decline_code: answer.declineCode }),
      });
      return await this.#open(entry).catch(async (error) => {
        if (answer.approved && isVoided(error)) await this.#voidAtGateway(order.orderId, answer.reference);
        throw error;
      });
    });
  }

  /** Charges what was set aside. */
  async capture(orderId: string): Promise<LedgerEntry> {
    const decide = (standing: LedgerEntry | undefined) => decideStep('capture', standing);
    return await this.#follow(orderId, decide, async (reference, standing) => {
      if (!standing) throw new NotFoundError(`Order ${orderId} has no payment`);
      const payment = { idempotencyKey: keyOf(orderId, standing), reference };
      const outcome = await this.#ask((gateway, signal) => gateway.capture(payment, signal));
      return await this.#move(standing, outcome === 'captured' ? 'CAPTURED' : 'CAPTURE_FAILED');
    });
  }

  /**
   * Authorizes a payment again that could not be captured, under a key of its own, and charges it. A decline leaves the
   * payment unchanged, and the next call uses another key.
   */
  async reauthorize(order: Authorization): Promise<LedgerEntry> {
    const { orderId, amount, currency, paymentMethod } = order;
    const decide = (standing: LedgerEntry | undefined) => decideStep('reauthorize', standing);
    const entry = await this.#follow(orderId, decide, async (_, standing) => {
      const reauthorizations = (standing?.reauthorizations ?? 0) + 1;
      const idempotencyKey = gatewayKey(orderId, reauthorizations);
      const answer = await this.#ask((gateway, signal) =>
        gateway.authorize({ idempotencyKey, amount, currency, paymentMethod }, signal),
      );
      const next = this.#toEntry(orderId, {
        state: answer.approved ? 'AUTHORIZED' : 'CAPTURE_FAILED',
        amount,
        currency,
        gateway_reference: answer.reference,
        reauthorizations,
        ...(!answer.approved && { decline_code: answer.declineCode }),
      });
      return await this.#deps.store.replace(next, standing).catch(async (error) => {
        if (answer.approved && !countsOn(error, reauthorizations))
          await this.#voidAtGateway(idempotencyKey, answer.reference);
        throw error;
      });
    });
    return entry.state === 'AUTHORIZED' ? await this.capture(orderId) : entry;
  }

  /** Writes off a payment that cannot be charged. Releases any amount that the provider still holds. */
  async writeOff(orderId: string, note: string): Promise<LedgerEntry> {
    const decide = (standing: LedgerEntry | undefined) => decideStep('write-off', standing);
    return await this.#follow(orderId, decide, async (reference, standing) => {
      await this.#voidAtGateway(keyOf(orderId, standing), reference);
      const entry = this.#toEntry(orderId, { ...standing, state: 'WRITTEN_OFF', note });
      const written = await this.#deps.store.replace(entry, standing);
      this.#count(written);
      return written;
    });
  }

  /**
   * Compares a page of the provider's open authorizations with the ledger, and voids those that the ledger does not
   * count on.
   */
  async sweep(query: OpenAuthorizationsQuery, dryRun: boolean): Promise<SweptPage> {
    const page = await this.#ask((gateway, signal) => gateway.listOpen(query, signal));
    const authorizations = await Promise.all(
      page.authorizations.map(async ({ idempotencyKey, reference, authorizedAt }) => {
        const { orderId, reauthorizations } = parseGatewayKey(idempotencyKey);
        const match = decideMatch(await this.#deps.store.find(orderId), reauthorizations);
        if (match === 'STRAY' && !dryRun) await this.#voidAtGateway(idempotencyKey, reference);
        return { orderId, authorizedAt, match };
      }),
    );
    return { authorizations, nextPageToken: page.nextPageToken };
  }

  /**
   * Releases the authorized amount. Without an entry it writes one that bars a later authorization, and calls the
   * gateway nevertheless: it may have approved a call whose response was lost.
   */
  async void(orderId: string): Promise<LedgerEntry> {
    const decide = (standing: LedgerEntry | undefined) => decideStep('void', standing);
    return await this.#follow(orderId, decide, async (reference, standing) => {
      await this.#voidAtGateway(keyOf(orderId, standing), reference);
      return standing
        ? this.#move(standing, 'VOIDED')
        : this.#open(this.#toEntry(orderId, { state: 'VOIDED' }));
    });
  }

  /** Acts on the current entry, and again if the entry changed meanwhile. States only move forward, so this ends. */
  async #follow(
    orderId: string,
    decide: (standing: LedgerEntry | undefined) => Step,
    act: (reference: string, standing: LedgerEntry | undefined) => Promise<LedgerEntry>,
  ): Promise<LedgerEntry> {
    let standing = await this.#deps.store.find(orderId);
    for (;;) {
      const step = decide(standing);
      if (step.step === 'keep') return step.entry;
      if (step.step === 'refuse') throw new RefusedError(`Order ${orderId}: ${step.reason}`);
      if (step.step === 'missing') throw new NotFoundError(`Order ${orderId} has no payment`);
      try {
        return await act(step.reference, standing);
      } catch (error) {
        if (!(error instanceof ConditionFailedError)) throw error;
        standing = error.current as LedgerEntry | undefined;
      }
    }
  }

  async #open(entry: LedgerEntry): Promise<LedgerEntry> {
    await this.#deps.store.open(entry);
    this.#count(entry);
    return entry;
  }

  async #move(standing: LedgerEntry, state: 'CAPTURED' | 'VOIDED' | 'CAPTURE_FAILED'): Promise<LedgerEntry> {
    const entry = await this.#deps.store.move(standing, state, this.#now());
    this.#count(entry);
    return entry;
  }

  #count({ state, amount, currency }: LedgerEntry): void {
    this.#deps.transitions.inc({ state: state.toLowerCase() });
    if (currency !== '') this.#deps.amounts?.inc({ state: state.toLowerCase(), currency }, amount);
  }

  async #voidAtGateway(idempotencyKey: string, reference: string): Promise<void> {
    const payment = { idempotencyKey, reference };
    const outcome = await this.#ask((gateway, signal) => gateway.void(payment, signal));
    if (outcome !== 'voided')
      throw new RefusedError(
        `Order ${parseGatewayKey(idempotencyKey).orderId}: the gateway has captured the payment`,
      );
  }

  async #ask<R>(call: (gateway: PaymentGateway, signal: AbortSignal) => Promise<R>): Promise<R> {
    const signal = AbortSignal.timeout(this.#deps.gatewayTimeoutMs);
    try {
      return await call(this.#deps.gateway, signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new OutcomeUnknownError('The gateway did not answer in time: ask again', { cause });
    }
  }

  #toEntry(orderId: string, known: Partial<LedgerEntry> & { readonly state: PaymentState }): LedgerEntry {
    return { ...BLANK, ...known, order_id: orderId, updated_at: this.#now() };
  }

  #now(): string {
    return new Date(this.#deps.clock()).toISOString();
  }
}

const BLANK = { amount: 0, currency: '', gateway_reference: '', decline_code: '', capture_count: 0 };

function keyOf(orderId: string, standing: LedgerEntry | undefined): string {
  return gatewayKey(orderId, standing?.reauthorizations ?? 0);
}

/** Returns true when a call at the same time has written the same authorization. */
function countsOn(error: unknown, reauthorizations: number): boolean {
  if (!(error instanceof ConditionFailedError)) return true;
  const current = error.current as LedgerEntry | undefined;
  return current?.reauthorizations === reauthorizations && current.state !== 'WRITTEN_OFF';
}

function isVoided(error: unknown): boolean {
  return (
    error instanceof ConditionFailedError && (error.current as LedgerEntry | undefined)?.state === 'VOIDED'
  );
}
