/** The violations that the checker knows. */
import type { History } from '../history.js';

/** Violations by kind. */
export const VIOLATIONS = {
  lost: 'an order was accepted, or has begun, and has no final state',
  'double-charged': 'the provider charged an order more than once',
  mischarged:
    'the provider charged a customer whose order is not COMPLETED, or not the customer of one that is, or another amount',
  ledger: 'our ledger differs from the journal of the provider',
  'wrong-refund': 'the refunds of the provider are not those of the order',
  oversold: 'stock is negative, or is not what it was less what was sold',
  dangling: 'money is set aside at the provider or in the ledger, or pieces are held',
  backwards: 'an order was seen in a status that cannot follow the one before',
  split: 'one idempotency key got two orders',
  forged: 'an order is not what anybody placed',
  'wrong-body': 'a client was told 202 for a body that was not placed, and its poll URL does not say so',
  'untrue-refusal': 'a client was told that nothing was ordered, and it was',
  'wrong-reuse': 'a key was refused as reused, and nobody used it for another body',
  misled: 'a poll URL does not lead to its order',
  unpublished: 'a final order has no event, or events of other outcomes',
  undelivered: 'a webhook receiver lacks an event, or got one with a wrong signature',
  miscounted: 'a final order is not counted once, under its status and reason',
  leaked: 'a log holds a secret',
} as const;

/** A kind of violation. */
export type ViolationKind = keyof typeof VIOLATIONS;

/** One violation. */
export interface Violation {
  readonly kind: ViolationKind;
  /** Order, SKU, key or request. */
  readonly subject: string;
  readonly detail: string;
}

/** Finds violations of one or several kinds. */
export type Check = (history: History) => Violation[];

/** Creates a violation. */
export function violation(kind: ViolationKind, subject: string, detail: string): Violation {
  return { kind, subject, detail };
}
