/**
 * The state machine of a payment:
 *
 *     absent ──authorize──▶ AUTHORIZED ──capture──▶ CAPTURED
 *        │  └──authorize──▶ DECLINED   ├──void────▶ VOIDED
 *        └─────void──────────────────┬─┼──────────▶ VOIDED
 *                                    │ └──capture, nothing there to charge──▶ CAPTURE_FAILED
 *                                    │                                          │    │
 *     AUTHORIZED ◀──reauthorize──────┴──────────────────────────────────────────┘    │
 *     WRITTEN_OFF ◀──write off───────────────────────────────────────────────────────┘
 *
 * CAPTURED, DECLINED and WRITTEN_OFF are final, and so is VOIDED for an order that is not completed. A command that finds
 * its own result returns it. Operators re-authorize or write off completed orders alone, from CAPTURE_FAILED, and from
 * VOIDED or no entry where somebody has changed the ledger by hand.
 */

import type { LedgerRefund } from './refund/decide.js';

/** What can be wrong with a payment at the provider. */
export const PROVIDER_PROBLEMS = ['AUTHORIZATION_GONE', 'DISPUTED', 'DISPUTE_LOST'] as const;

/** What is wrong with a payment at the provider. */
export type ProviderProblem = (typeof PROVIDER_PROBLEMS)[number];

/** Every state. */
export const PAYMENT_STATES = [
  'AUTHORIZED',
  'CAPTURED',
  'VOIDED',
  'DECLINED',
  'CAPTURE_FAILED',
  'WRITTEN_OFF',
] as const;

/** Where a payment stands. */
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** What a caller can ask for. */
export type Command = 'authorize' | 'capture' | 'void' | 'reauthorize' | 'write-off';

/** An item of the payments table. */
export interface LedgerEntry {
  readonly order_id: string;
  readonly state: PaymentState;
  /** In the minor unit of `currency`; 0 where the order was barred before it was authorized. */
  readonly amount: number;
  /** ISO 4217; empty where the order was barred before it was authorized. */
  readonly currency: string;
  /** The gateway's name for the payment; empty where the gateway never took part. */
  readonly gateway_reference: string;
  /** The gateway's code, empty unless declined. */
  readonly decline_code: string;
  /** How many captures took effect: 0 or 1. */
  readonly capture_count: number;
  /** How often the payment was authorized anew. */
  readonly reauthorizations?: number;
  /** An operator's reason for a write-off. */
  readonly note?: string;
  /** Refunds, the oldest first. */
  readonly refunds?: readonly LedgerRefund[];
  /** Number of writes of `refunds`. */
  readonly refund_version?: number;
  /** What is wrong with the payment at the provider. */
  readonly provider_problem?: ProviderProblem;
  /** When the entry last changed, ISO 8601 in UTC with milliseconds. */
  readonly updated_at: string;
}

/** What an authorization is for. */
export type Money = Pick<LedgerEntry, 'amount' | 'currency'>;

/**
 * What to do about a command.
 * - `act`: ask the gateway, by its reference where it gave one, and write the result.
 * - `keep`: the entry is the answer.
 * - `refuse`: what stands does not allow it.
 * - `missing`: there is nothing to act on.
 */
export type Step =
  | { readonly step: 'act'; readonly reference: string }
  | { readonly step: 'keep'; readonly entry: LedgerEntry }
  | { readonly step: 'refuse'; readonly reason: string }
  | { readonly step: 'missing' };

/** The state machine as a table, for orders that have an entry. */
const STEPS: Readonly<Record<Command, Readonly<Record<PaymentState, 'act' | 'keep' | 'refuse'>>>> = {
  authorize: {
    AUTHORIZED: 'keep',
    CAPTURED: 'keep',
    VOIDED: 'refuse',
    DECLINED: 'keep',
    CAPTURE_FAILED: 'refuse',
    WRITTEN_OFF: 'refuse',
  },
  capture: {
    AUTHORIZED: 'act',
    CAPTURED: 'keep',
    VOIDED: 'refuse',
    DECLINED: 'refuse',
    CAPTURE_FAILED: 'keep',
    WRITTEN_OFF: 'keep',
  },
  void: {
    AUTHORIZED: 'act',
    CAPTURED: 'refuse',
    VOIDED: 'keep',
    DECLINED: 'keep',
    CAPTURE_FAILED: 'refuse',
    WRITTEN_OFF: 'refuse',
  },
  reauthorize: {
    AUTHORIZED: 'keep',
    CAPTURED: 'keep',
    VOIDED: 'act',
    DECLINED: 'refuse',
    CAPTURE_FAILED: 'act',
    WRITTEN_OFF: 'refuse',
  },
  'write-off': {
    AUTHORIZED: 'refuse',
    CAPTURED: 'refuse',
    VOIDED: 'act',
    DECLINED: 'refuse',
    CAPTURE_FAILED: 'act',
    WRITTEN_OFF: 'keep',
  },
};

/** The state machine's first column: orders that have no entry yet. */
const FIRST_STEPS: Readonly<Record<Command, Step>> = {
  authorize: { step: 'act', reference: '' },
  capture: { step: 'missing' },
  void: { step: 'act', reference: '' },
  reauthorize: { step: 'act', reference: '' },
  'write-off': { step: 'act', reference: '' },
};

/** What to do about a command, given the entry that stands. */
export function decideStep(command: Command, standing: LedgerEntry | undefined): Step {
  if (!standing) return FIRST_STEPS[command];
  const step = STEPS[command][standing.state];
  if (step === 'act') return { step, reference: standing.gateway_reference };
  if (step === 'keep') return { step, entry: standing };
  return { step, reason: `the payment is ${standing.state} already` };
}

/** What to do about an authorization: as above, except that an entry for other money is no answer to it. */
export function decideAuthorize(standing: LedgerEntry | undefined, money: Money): Step {
  const step = decideStep('authorize', standing);
  if (step.step !== 'keep') return step;
  const same = step.entry.amount === money.amount && step.entry.currency === money.currency;
  return same ? step : { step: 'refuse', reason: 'the payment stands for another amount' };
}

/** Returns the key of an order's authorization at the gateway: each new authorization has one of its own. */
export function gatewayKey(orderId: string, reauthorizations: number): string {
  return reauthorizations === 0 ? orderId : `${orderId}.${reauthorizations}`;
}

/** Returns the order and number of the authorization that a key names. */
export function parseGatewayKey(key: string): {
  readonly orderId: string;
  readonly reauthorizations: number;
} {
  const [, orderId = key, number = '0'] = /^(.*)\.(\d{1,6})$/s.exec(key) ?? [];
  return { orderId, reauthorizations: Number(number) };
}

/** How an authorization that is open at the provider compares with the ledger; as in the proto. */
export type AuthorizationMatch = 'COUNTED' | 'STRAY' | 'DIFFERS';

/** Compares an authorization that is open at the provider, by its number, with the order's entry. */
export function decideMatch(entry: LedgerEntry | undefined, reauthorizations: number): AuthorizationMatch {
  // A worker may be about to write the entry.
  if (!entry) return 'COUNTED';
  const current = entry.reauthorizations ?? 0;
  // An operator may be about to write that one.
  if (reauthorizations > current && entry.state === 'CAPTURE_FAILED') return 'COUNTED';
  if (reauthorizations !== current) return 'STRAY';
  if (entry.state === 'AUTHORIZED') return 'COUNTED';
  return entry.state === 'CAPTURED' ? 'DIFFERS' : 'STRAY';
}
