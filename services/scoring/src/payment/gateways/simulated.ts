/**
 * A gateway without a provider behind it. Tokens follow the public convention of Stripe's test tokens
 * (https://docs.stripe.com/testing); those from `tok_slow` on are our own:
 *
 * | token | what happens |
 * |---|---|
 * | `tok_visa`, `tok_mastercard`, `tok_amex`, `tok_discover`, `tok_diners`, `tok_jcb`, `tok_unionpay` | approved |
 * | empty | the default method: as `tok_visa` |
 * | `tok_chargeDeclined` | declined, `card_declined` |
 * | `tok_chargeDeclinedInsufficientFunds` | declined, `insufficient_funds` |
 * | `tok_chargeDeclinedExpiredCard` | declined, `expired_card` |
 * | `tok_threeDSecureRequired` | declined, `authentication_required` |
 * | `tok_slow` | approved after a delay |
 * | `tok_timeout` | approved, but the first response for each key is lost: it never arrives; a repeat is answered |
 * | `tok_authorizationLapses` | approved, and lapsed at once: there is nothing to capture |
 * | `tok_gatewayDown` | unavailable, however often it is asked |
 * | any other | declined, `invalid_payment_method` |
 *
 * References are derived from the idempotency key, so that a repeat is answered the same after a restart too.
 */

import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import { RefusedError, UnavailableError } from '../../errors.js';
import type {
  GatewayAnswer,
  GatewayAuthorization,
  GatewayPayment,
  GatewayRefund,
  GatewayRefundAnswer,
  OpenAuthorizationsPage,
  OpenAuthorizationsQuery,
  PaymentGateway,
} from '../gateway.js';
import { toPage } from './page.js';

/** Token that replaces an empty payment method. */
const DEFAULT_TOKEN = 'tok_visa';

const LAPSING_TOKEN = 'tok_authorizationLapses';

const APPROVED_TOKENS: ReadonlySet<string> = new Set([
  DEFAULT_TOKEN,
  'tok_mastercard',
  'tok_amex',
  'tok_discover',
  'tok_diners',
  'tok_jcb',
  'tok_unionpay',
  'tok_slow',
  'tok_timeout',
  LAPSING_TOKEN,
]);

const DECLINE_CODES: ReadonlyMap<string, string> = new Map([
  ['tok_chargeDeclined', 'card_declined'],
  ['tok_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['tok_chargeDeclinedExpiredCard', 'expired_card'],
  ['tok_threeDSecureRequired', 'authentication_required'],
]);

/** Maximum number of remembered keys; the oldest is forgotten first. */
const MEMORY_MAX = 10_000;

/** State of a key at the provider. */
interface Known {
  readonly state: 'asked' | 'authorized' | 'captured' | 'voided';
  /** Epoch milliseconds. */
  readonly at: number;
  /** In the minor unit; unknown after a restart. */
  readonly amount?: number;
  /** Amounts of the refunds, by their ids. */
  readonly refunds?: ReadonlyMap<string, number>;
}

/** Options of the simulated provider. */
export interface SimulatedGatewayOptions {
  /** Duration of a `tok_slow` call, in milliseconds. */
  readonly slowMs: number;
  /** Asked at every call, true during an outage. */
  readonly isDown?: () => boolean;
  /** Asked at every authorization, true while each of them is as slow as `tok_slow`. */
  readonly isSlow?: () => boolean;
  readonly clock?: Clock;
}

/** A simulated provider. It remembers the latest payments, so that a capture and a void bar each other. */
export class SimulatedGateway implements PaymentGateway {
  readonly #memory = new Map<string, Known>();
  readonly #options: SimulatedGatewayOptions;

  constructor(options: SimulatedGatewayOptions) {
    this.#options = options;
  }

  async ping(): Promise<void> {
    this.#refuseIfDown();
  }

  #refuseIfDown(): void {
    if (this.#options.isDown?.()) throw new UnavailableError('The gateway cannot be reached');
  }

  async authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer> {
    this.#refuseIfDown();
    const { idempotencyKey, paymentMethod, amount } = payment;
    const token = paymentMethod === '' ? DEFAULT_TOKEN : paymentMethod;
    if (token === 'tok_gatewayDown') throw new UnavailableError('The gateway cannot be reached');
    if (token === 'tok_slow' || this.#options.isSlow?.())
      await delay(this.#options.slowMs, undefined, { signal });
    if (token === 'tok_timeout' && !this.#memory.has(idempotencyKey)) {
      this.#remember(idempotencyKey, 'asked');
      await untilCutOff(signal);
    }
    const reference = toReference(idempotencyKey);
    if (APPROVED_TOKENS.has(token)) {
      const known = this.#memory.get(idempotencyKey)?.state ?? 'asked';
      if (known === 'asked')
        this.#remember(idempotencyKey, token === LAPSING_TOKEN ? 'voided' : 'authorized', { amount });
      return { approved: true, reference };
    }
    const declineCode = DECLINE_CODES.get(token) ?? 'invalid_payment_method';
    return { approved: false, reference, declineCode };
  }

  async capture({ idempotencyKey }: GatewayPayment): Promise<'captured' | 'voided'> {
    this.#refuseIfDown();
    if (this.#memory.get(idempotencyKey)?.state === 'voided') return 'voided';
    this.#remember(idempotencyKey, 'captured');
    return 'captured';
  }

  async void({ idempotencyKey }: GatewayPayment): Promise<'voided' | 'captured'> {
    this.#refuseIfDown();
    if (this.#memory.get(idempotencyKey)?.state === 'captured') return 'captured';
    this.#remember(idempotencyKey, 'voided');
    return 'voided';
  }

  async refund({ idempotencyKey, refundId, amount }: GatewayRefund): Promise<GatewayRefundAnswer> {
    this.#refuseIfDown();
    const known = this.#memory.get(idempotencyKey);
    if (known && known.state !== 'captured') throw new RefusedError('The payment is not captured');
    const refunds = known?.refunds ?? new Map<string, number>();
    if (!refunds.has(refundId)) {
      const refunded = [...refunds.values()].reduce((sum, each) => sum + each, 0);
      if (known?.amount !== undefined && refunded + amount > known.amount)
        throw new RefusedError('Less than the amount is left of the payment');
      this.#remember(idempotencyKey, 'captured', { refunds: new Map([...refunds, [refundId, amount]]) });
    }
    return { reference: toReference(`${idempotencyKey}:${refundId}`) };
  }

  async listOpen(query: OpenAuthorizationsQuery): Promise<OpenAuthorizationsPage> {
    this.#refuseIfDown();
    const { authorizedBefore } = query;
    const open = [...this.#memory]
      .filter(([, { state, at }]) => state === 'authorized' && at < authorizedBefore)
      .map(([idempotencyKey, { at }]) => ({
        idempotencyKey,
        reference: toReference(idempotencyKey),
        authorizedAt: at,
      }));
    return toPage(open, query);
  }

  /** Ends an authorization as providers do after some days. */
  lapse(idempotencyKey: string): void {
    if (this.#memory.get(idempotencyKey)?.state === 'authorized') this.#remember(idempotencyKey, 'voided');
  }

  #remember(key: string, state: Known['state'], more: Pick<Known, 'amount' | 'refunds'> = {}): void {
    const { clock = systemClock } = this.#options;
    const known = this.#memory.get(key) ?? { at: clock() };
    this.#memory.delete(key);
    this.#memory.set(key, { ...known, state, ...more });
    const [oldest] = this.#memory.keys();
    if (this.#memory.size > MEMORY_MAX && oldest !== undefined) this.#memory.delete(oldest);
  }
}

/** The reference of a payment, always the same for a key. */
function toReference(idempotencyKey: string): string {
  return `sim_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24)}`;
}

async function untilCutOff(signal: AbortSignal): Promise<never> {
  return await new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
