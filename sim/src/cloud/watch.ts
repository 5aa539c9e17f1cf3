/** Watches every write and scan of the tables for violations at any time, whatever the final state. */
import { EPOCH_MS } from '../kernel/world.js';
import type { LedgerMove, RewrittenOrder } from '../oracle/history.js';
import { writeUnits } from './dynamo/capacity.js';
import { type Item, isEqual, sizeOfItem } from './dynamo/values.js';

/** Options of a watch. */
export interface TableWatchOptions {
  /** True time in virtual milliseconds. */
  readonly now: () => number;
  /** False in runs in which a worker may be wrong about the time. */
  readonly exactClocks: boolean;
}

/** Attributes of an order that are written once. */
const WRITTEN_ONCE = [
  'user_id',
  'amount',
  'currency',
  'items',
  'payment_method',
  'created_at',
  'fingerprint',
  'first_error',
] as const;

/** Collects what writes and scans have shown. */
export class TableWatch {
  /** The fewest pieces of a stock item that were ever available, by its key. */
  readonly lowestStock = new Map<string, number>();
  /** Time of the first write of each order's record, in virtual milliseconds. */
  readonly claimedAt = new Map<string, number>();
  /** Orders that were taken from a worker whose lease lasted. */
  readonly brokenLeases: string[] = [];
  readonly rewritten: RewrittenOrder[] = [];
  readonly ledgerMoves: LedgerMove[] = [];
  /** Times at which passes of the reconciler began, in virtual milliseconds. */
  readonly passes: number[] = [];
  /** The most units that scans read from the beginning of one pass to the beginning of the next. */
  passUnitsMax = 0;
  #passUnits = 0;
  /** The most units that one write of a stock item took. */
  stockUnitsMax = 0;

  readonly #options: TableWatchOptions;

  constructor(options: TableWatchOptions) {
    this.#options = options;
  }

  /** Called with every item that was written. */
  onWrite(table: string, key: string, before: Item | undefined, after: Item | undefined): void {
    if (table === 'orders') this.#onOrder(key, before, after);
    if (table === 'payments' && after) this.#onPayment(key, before, after);
    if (table === 'inventory' && typeof after?.available === 'number')
      this.#onStock(key, after.available, after);
  }

  /** Called with every page of a scan. A pass of the reconciler begins with the first page of the inventory. */
  onScan(table: string, units: number, first: boolean): void {
    if (table === 'inventory' && first) {
      this.passes.push(this.#options.now());
      this.#passUnits = 0;
    }
    this.#passUnits += units;
    this.passUnitsMax = Math.max(this.passUnitsMax, this.#passUnits);
  }

  #onOrder(key: string, before: Item | undefined, after: Item | undefined): void {
    const { now, exactClocks } = this.#options;
    if (!before) this.claimedAt.set(key, now());
    if (breaksLease(before, after, now(), exactClocks)) this.brokenLeases.push(key);
    for (const attribute of WRITTEN_ONCE)
      if (before?.[attribute] !== undefined && !isEqual(before[attribute], after?.[attribute]))
        this.rewritten.push({ orderId: key, attribute });
  }

  #onPayment(key: string, before: Item | undefined, after: Item): void {
    if (!before || before.state === after.state) return;
    this.ledgerMoves.push({
      orderId: key,
      from: String(before.state),
      to: String(after.state),
      anew: before.reauthorizations !== after.reauthorizations,
    });
  }

  #onStock(key: string, available: number, item: Item): void {
    this.lowestStock.set(key, Math.min(available, this.lowestStock.get(key) ?? available));
    this.stockUnitsMax = Math.max(this.stockUnitsMax, writeUnits(sizeOfItem(item)));
  }
}

/**
 * Returns true when a write claims or fails an order that a worker holds. A worker whose clock is off may think that it
 * does not.
 */
function breaksLease(
  before: Item | undefined,
  after: Item | undefined,
  now: number,
  exactClocks: boolean,
): boolean {
  if (before?.status !== 'PROCESSING' || Number(before.lease_until) < EPOCH_MS + now) return false;
  const isClaim = after?.attempt !== before.attempt && after?.claim_id !== before.claim_id;
  return after?.status === 'FAILED' || (isClaim && exactClocks);
}
