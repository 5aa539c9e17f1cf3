/** Violations that the oracle looks for. */
import type { History } from './history.js';

/** Kinds of violations. */
export const VIOLATIONS = {
  stuck: 'an order is not final though all faults have ended',
  lost: 'an order was accepted and has no record',
  mischarged:
    'the provider charged a customer whose order is not COMPLETED, or not the customer of one that is',
  'double-charged': 'the provider charged an order more than once',
  ledger: 'our ledger differs from the journal of the provider',
  oversold: 'stock was negative, or is not what was delivered less what was sold',
  dangling: 'money is set aside or pieces are held though every order is final',
  backwards: 'a client saw a status that cannot follow the one before, or two outcomes',
  'wrong-body': 'a client was told 202 for something else than what was ordered',
  'untrue-refusal': 'a client was told that nothing was ordered, and it was',
  'refused-wrongly': 'a key was refused as reused though it belonged to that body, or was used for no other',
  unpublished: 'a final order has no event, or events of other outcomes',
  'dead-lettered': 'an order reached the dead-letter queue in a run in which none may',
  orphaned: 'the message of an undecided order is gone, and nobody has lost it',
  fence: 'an order was decided or failed by somebody whom a fence should have stopped',
  forged: 'an order is not what anybody placed',
  rewritten:
    'something was changed that is written once: facts of an order, its first error, a final entry of the ledger',
  refunds:
    'more was paid back than charged, or the ledger, the record or the events of refunds differ from it',
  misreported: 'a dead letter does not name the first error of its order',
  costly:
    'a write of stock costs more than one unit, or the reconciler looks more often or reads more than it may',
  unhandled: 'an error was handled by nobody',
} as const;

/** A kind of violation. */
export type ViolationKind = keyof typeof VIOLATIONS;

/** One violation. */
export interface Violation {
  readonly kind: ViolationKind;
  /** The order, SKU or client. */
  readonly subject: string;
  readonly detail: string;
}

/** Finds the violations of one kind in a history. */
export type Check = (history: History) => Violation[];
