/** A payment provider with its own books: what it has authorized, captured, voided, and let lapse. */

import { OutcomeUnknownError, RefusedError, UnavailableError } from '@order-pipeline/scoring/errors';
import type {
  GatewayAnswer,
  GatewayAuthorization,
  GatewayPayment,
  GatewayRefund,
  GatewayRefundAnswer,
  OpenAuthorizationsPage,
  OpenAuthorizationsQuery,
  PaymentGateway,
} from '@order-pipeline/scoring/payment/gateway';
import { toPage } from '@order-pipeline/scoring/payment/gateways/page';
import { EPOCH_MS, type World } from '../kernel/world.js';
import type { Network } from './network.js';

/** A line of the provider's journal. */
export interface JournalEntry {
  readonly at: number;
  /** The idempotency key: the order. */
  readonly key: string;
  readonly kind: 'authorized' | 'declined' | 'captured' | 'voided' | 'lapsed' | 'refunded';
  readonly amount: number;
}

type State = 'authorized' | 'declined' | 'captured' | 'voided' | 'lapsed';

interface Account {
  state: State;
  readonly amount: number;
  readonly reference: string;
  readonly refunds: Map<string, number>;
}

const DECLINED_TOKENS: ReadonlySet<string> = new Set(['tok_chargeDeclined', 'tok_unknown']);

/** The provider. Its answers to repeats of a key are the same forever. */
export class GatewayProvider {
  readonly journal: JournalEntry[] = [];
  /** Refuses every call while it is down. */
  down = false;
  readonly #accounts = new Map<string, Account>();

  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Keys whose money is authorized and neither captured nor voided. */
  get open(): string[] {
    return [...this.#accounts].filter(([, { state }]) => state === 'authorized').map(([key]) => key);
  }

  /** Sets money aside. */
  authorize({ idempotencyKey: key, amount, paymentMethod }: GatewayAuthorization): GatewayAnswer {
    const standing = this.#accounts.get(key);
    const account = standing ?? {
      state: DECLINED_TOKENS.has(paymentMethod) ? ('declined' as const) : ('authorized' as const),
      amount,
      reference: `pay_${key}`,
      refunds: new Map(),
    };
    if (!standing) {
      this.#accounts.set(key, account);
      this.#note(key, account.state as 'authorized' | 'declined', amount);
    }
    const { reference } = account;
    return account.state === 'declined'
      ? { approved: false, reference, declineCode: 'card_declined' }
      : { approved: true, reference };
  }

  /** Charges what was set aside. */
  capture({ idempotencyKey: key }: GatewayPayment): 'captured' | 'voided' {
    const account = this.#accounts.get(key);
    if (account?.state === 'captured') return 'captured';
    if (account?.state !== 'authorized') return 'voided';
    account.state = 'captured';
    this.#note(key, 'captured', account.amount);
    return 'captured';
  }

  /** Releases the authorized amount; bars a later authorization of the key. */
  void({ idempotencyKey: key }: GatewayPayment): 'voided' | 'captured' {
    const account = this.#accounts.get(key);
    if (account?.state === 'captured') return 'captured';
    if (account?.state === 'authorized') this.#note(key, 'voided', account.amount);
    if (account) account.state = account.state === 'declined' ? 'declined' : 'voided';
    return 'voided';
  }

  /** Pays back what was charged, once for each refund id. */
  refund({ idempotencyKey: key, refundId, amount }: GatewayRefund): GatewayRefundAnswer {
    const account = this.#accounts.get(key);
    const left = [...(account?.refunds.values() ?? [])].reduce(
      (rest, each) => rest - each,
      account?.amount ?? 0,
    );
    const reference = `ref_${key}_${refundId}`;
    if (account?.refunds.has(refundId)) return { reference };
    if (account?.state !== 'captured' || amount > left)
      throw new RefusedError('Less than the amount is left');
    account.refunds.set(refundId, amount);
    this.#note(key, 'refunded', amount);
    return { reference };
  }

  /** Lists authorizations that are neither captured nor voided, in the order of authorization. */
  listOpen(query: OpenAuthorizationsQuery): OpenAuthorizationsPage {
    const { authorizedBefore } = query;
    const open = this.journal
      .filter(
        ({ kind, key, at }) => kind === 'authorized' && EPOCH_MS + at < authorizedBefore && this.#isOpen(key),
      )
      .map(({ key, at }) => ({ idempotencyKey: key, reference: `pay_${key}`, authorizedAt: EPOCH_MS + at }));
    return toPage(open, query);
  }

  #isOpen(key: string): boolean {
    return this.#accounts.get(key)?.state === 'authorized';
  }

  /** Ends an authorization: it expires, or is voided at the provider. */
  lapse(key: string): void {
    const account = this.#accounts.get(key);
    if (account?.state !== 'authorized') return;
    account.state = 'lapsed';
    this.#note(key, 'lapsed', account.amount);
  }

  #note(key: string, kind: JournalEntry['kind'], amount: number): void {
    this.journal.push({ at: this.#world.now, key, kind, amount });
    this.#world.trace.add(this.#world.now, 'gateway', 'gateway', `${kind} ${amount} for ${key}`);
  }
}

const LATENCY_MS = [20, 120] as const;
/** Longer than every caller waits. */
const CALL_MS = 60_000;

/** The adapter of one payment process to the provider. */
export function createGatewayClient(network: Network, provider: GatewayProvider): PaymentGateway {
  const call = <T>(name: string, key: string, signal: AbortSignal, run: () => T): Promise<T> =>
    network.call({
      target: 'gateway',
      label: `${name} ${key}`,
      key: `${name}/${key}`,
      timeoutMs: CALL_MS,
      latencyMs: LATENCY_MS,
      signal,
      execute: () => {
        if (provider.down) throw new UnavailableError('The gateway cannot be reached');
        return run();
      },
      toTimeout: () => new OutcomeUnknownError('The gateway did not answer in time'),
      toServerError: () => new UnavailableError('The gateway cannot answer now'),
    });
  return {
    authorize: (payment, signal) =>
      call('authorize', payment.idempotencyKey, signal, () => provider.authorize(payment)),
    capture: (payment, signal) =>
      call('capture', payment.idempotencyKey, signal, () => provider.capture(payment)),
    refund: (refund, signal) => call('refund', refund.idempotencyKey, signal, () => provider.refund(refund)),
    listOpen: (query, signal) => call('listOpen', '', signal, () => provider.listOpen(query)),
    ping: (signal) => call('ping', '', signal, () => undefined),
    void: (payment, signal) => call('void', payment.idempotencyKey, signal, () => provider.void(payment)),
  };
}
