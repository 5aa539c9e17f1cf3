/**
 * The state machine of a payment:
 *
 *     absent ──authorize──▶ AUTHORIZED ──capture──▶ CAPTURED
 *        │  └──authorize──▶ DECLINED   └──void────▶ VOIDED
 *        └─────void─────────────────────────────────▶ VOIDED
 *
 * CAPTURED, VOIDED and DECLINED are final. A command that finds its own result standing answers it.
 */

/** Where a payment stands. */
export type PaymentState = 'AUTHORIZED' | 'CAPTURED' | 'VOIDED' | 'DECLINED';

/** What a caller can ask for. */
export type Command = 'authorize' | 'capture' | 'void';

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
  authorize: { AUTHORIZED: 'keep', CAPTURED: 'keep', VOIDED: 'refuse', DECLINED: 'keep' },
  capture: { AUTHORIZED: 'act', CAPTURED: 'keep', VOIDED: 'refuse', DECLINED: 'refuse' },
  void: { AUTHORIZED: 'act', CAPTURED: 'refuse', VOIDED: 'keep', DECLINED: 'keep' },
};

/** The state machine's first column: orders that have no entry yet. */
const FIRST_STEPS: Readonly<Record<Command, Step>> = {
  authorize: { step: 'act', reference: '' },
  capture: { step: 'missing' },
  void: { step: 'act', reference: '' },
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
