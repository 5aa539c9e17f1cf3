/**
 * Judges a history. Pure, and separate from everything that makes histories, so that its own tests can plant each
 * violation in a good one.
 */
import { findMisled, findUntrueRefusals, findWrongBodies, findWrongReuses } from './check/answers.js';
import {
  findChargedWrongly,
  findLedgerWrong,
  findMoneySetAside,
  findRefundedWrongly,
} from './check/money.js';
import { findBackwards, findForged, findLost, findSplit } from './check/orders.js';
import {
  findLeaks,
  findMiscounted,
  findUncountedStatuses,
  findUndelivered,
  findUnpublished,
} from './check/publications.js';
import { findHeldStock, findStockWrong } from './check/stock.js';
import type { Check, Violation } from './check/violations.js';
import type { History } from './history.js';

const CHECKS: readonly Check[] = [
  findLost,
  findChargedWrongly,
  findLedgerWrong,
  findRefundedWrongly,
  findStockWrong,
  findMoneySetAside,
  findHeldStock,
  findBackwards,
  findSplit,
  findForged,
  findWrongBodies,
  findUntrueRefusals,
  findWrongReuses,
  findMisled,
  findUnpublished,
  findUndelivered,
  findMiscounted,
  findUncountedStatuses,
  findLeaks,
];

/** Returns every violation of a history. */
export function check(history: History): Violation[] {
  return CHECKS.flatMap((find) => find(history));
}
