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
 * | `tok_slow` | approved after a delay |
 * | `tok_timeout` | approved, but the first answer for each key is lost: it never arrives; a repeat is answered |
 * | `tok_gatewayDown` | unavailable, however often it is asked |
 * | any other | declined, `invalid_payment_method` |
 *
 * References are derived from the idempotency key, so that a repeat is answered the same after a restart too.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Unavailable } from '../errors.js';
import type { GatewayAnswer, GatewayAuthorization, GatewayPayment, PaymentGateway } from './gateway.js';

/** The token that an empty payment method stands for. */
const DEFAULT_TOKEN = 'tok_visa';

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
]);

const DECLINE_CODES: ReadonlyMap<string, string> = new Map([
  ['tok_chargeDeclined', 'card_declined'],
  ['tok_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['tok_chargeDeclinedExpiredCard', 'expired_card'],
]);

/** How many keys are remembered, the oldest forgotten first. */
const MEMORY_MAX = 10_000;

/** A simulated provider. It remembers the latest captures and voids, so that one bars the other. */
export class SimulatedGateway implements PaymentGateway {
  readonly #memory = new Map<string, 'asked' | 'captured' | 'voided'>();

  readonly #slowMs: number;
  readonly #isDown: () => boolean;

  /** `slowMs`: how long `tok_slow` takes, in milliseconds. `isDown`: asked at every call, true during an outage. */
  constructor(slowMs: number, isDown: () => boolean = () => false) {
    this.#slowMs = slowMs;
    this.#isDown = isDown;
  }

  async ping(): Promise<void> {
    this.#refuseIfDown();
  }

  #refuseIfDown(): void {
    if (this.#isDown()) throw new Unavailable('The gateway cannot be reached');
  }

  async authorize(payment: GatewayAuthorization, signal: AbortSignal): Promise<GatewayAnswer> {
    this.#refuseIfDown();
    const { idempotencyKey, paymentMethod } = payment;
    const token = paymentMethod === '' ? DEFAULT_TOKEN : paymentMethod;
    if (token === 'tok_gatewayDown') throw new Unavailable('The gateway cannot be reached');
    if (token === 'tok_slow') await delay(this.#slowMs, undefined, { signal });
    if (token === 'tok_timeout' && !this.#memory.has(idempotencyKey)) {
      this.#remember(idempotencyKey, 'asked');
      await untilCutOff(signal);
    }
    const reference = toReference(idempotencyKey);
    if (APPROVED_TOKENS.has(token)) return { approved: true, reference };
    const declineCode = DECLINE_CODES.get(token) ?? 'invalid_payment_method';
    return { approved: false, reference, declineCode };
  }

  async capture({ idempotencyKey }: GatewayPayment): Promise<'captured' | 'voided'> {
    this.#refuseIfDown();
    if (this.#memory.get(idempotencyKey) === 'voided') return 'voided';
    this.#remember(idempotencyKey, 'captured');
    return 'captured';
  }

  async void({ idempotencyKey }: GatewayPayment): Promise<'voided' | 'captured'> {
    this.#refuseIfDown();
    if (this.#memory.get(idempotencyKey) === 'captured') return 'captured';
    this.#remember(idempotencyKey, 'voided');
    return 'voided';
  }

  #remember(key: string, what: 'asked' | 'captured' | 'voided'): void {
    this.#memory.delete(key);
    this.#memory.set(key, what);
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
