/** Judges a history. Pure, so that its tests can plant every violation in a good history. */
import { findBackwards, findUntrueRefusals, findWrongBodies, findWrongReuses } from './checks/answers.js';
import { findStrayEvents, findUnpublished } from './checks/events.js';
import {
  findChargedWrongly,
  findLedgerBackwards,
  findLedgerWrong,
  findOpenAuthorizations,
} from './checks/money.js';
import { findForged, findRewritten, findUnfinished } from './checks/orders.js';
import { findRefundsWrong } from './checks/refunds.js';
import { findCostlyStock, findOpenHolds, findStockWrong } from './checks/stock.js';
import {
  findCostlyPasses,
  findDeadLettered,
  findMisreported,
  findOrphans,
  findUnfenced,
  findUnhandled,
} from './checks/workers.js';
import type { History } from './history.js';
import type { Check, Violation } from './violations.js';

const CHECKS: readonly Check[] = [
  findUnfinished,
  findChargedWrongly,
  findLedgerWrong,
  findLedgerBackwards,
  findRefundsWrong,
  findStockWrong,
  findOpenHolds,
  findOpenAuthorizations,
  findCostlyStock,
  findBackwards,
  findWrongBodies,
  findUntrueRefusals,
  findWrongReuses,
  findUnpublished,
  findStrayEvents,
  findUnfenced,
  findOrphans,
  findDeadLettered,
  findMisreported,
  findCostlyPasses,
  findForged,
  findRewritten,
  findUnhandled,
];

/** Returns every violation of a history. */
export function check(history: History): Violation[] {
  return CHECKS.flatMap((find) => find(history));
}
