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
 * CAPTURED, DECLINED and WRITTEN_OFF are final, and so is VOIDED for an order that is not completed. A command that
 * finds
 * its own result returns it. Operators re-authorize or write off completed orders alone, from CAPTURE_FAILED, and from
 * VOIDED or no entry where the ledger was changed by hand.
 */

import type { LedgerRefund } from './refund/decide.js';

/** Problems that a payment can have at the provider. */
export const PROVIDER_PROBLEMS = ['AUTHORIZATION_GONE', 'DISPUTED', 'DISPUTE_LOST'] as const;

/** Problem of a payment at the provider. */
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

/** State of a payment. */
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** Command on a payment. */
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
  /** Number of captures that took effect: 0 or 1. */
  readonly capture_count: number;
  /** Number of re-authorizations. */
  readonly reauthorizations?: number;
  /** An operator's reason for a write-off. */
  readonly note?: string;
  /** Refunds, the oldest first. */
  readonly refunds?: readonly LedgerRefund[];
  /** Number of writes of `refunds`. */
  readonly refund_version?: number;
  /** Problem of the payment at the provider. */
  readonly provider_problem?: ProviderProblem;
  /** Time of the last change, ISO 8601 in UTC with milliseconds. */
  readonly updated_at: string;
}

/** Amount of an authorization. */
export type Money = Pick<LedgerEntry, 'amount' | 'currency'>;

/**
 * Next step of a command.
 * - `act`: call the gateway, by its reference if there is one, and write the result.
 * - `keep`: return the entry.
 * - `refuse`: the current state does not allow the command.
 * - `missing`: there is no payment to act on.
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

/** Decides the next step of a command from the current entry. */
export function decideStep(command: Command, standing: LedgerEntry | undefined): Step {
  if (!standing) return FIRST_STEPS[command];
  const step = STEPS[command][standing.state];
  if (step === 'act') return { step, reference: standing.gateway_reference };
  if (step === 'keep') return { step, entry: standing };
  return { step, reason: `the payment is ${standing.state} already` };
}

/**
 * Decides the next step of an authorization: like `decideStep`, except that an entry with another amount is refused.
 */
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

/** Comparison of an authorization that is open at the provider with the ledger; as in the proto. */
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
