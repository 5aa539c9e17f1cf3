/** Judges the orders that were placed here, while they are under way, with the checks of the fault harness. */
import { isFinal, type OrderRecord } from '@order-pipeline/contracts/orders';
import type { Finding } from '@order-pipeline/order-protocol/check/findings';
import { type Charge, findChargedWrongly, findLostOrders } from '@order-pipeline/order-protocol/check/orders';
import { findOversold } from '@order-pipeline/order-protocol/check/stock';
import type { Clock } from '@order-pipeline/platform/clock';
import type { StockOfSku } from '../operator/stock.js';

/** A ledger entry, as far as charges follow from it. */
export interface LedgerCharge {
  readonly order_id: string;
  readonly amount: number;
  readonly capture_count: number;
}

/** Dependencies of a {@link Judge}. */
export interface JudgeDeps {
  /** Ids of the orders to judge. */
  readonly orders: () => ReadonlySet<string>;
  readonly readRecords: (ids: readonly string[]) => Promise<readonly OrderRecord[]>;
  readonly readCharges: (ids: readonly string[]) => Promise<readonly LedgerCharge[]>;
  readonly readStock: () => Promise<readonly StockOfSku[]>;
  /** Returns true when nothing waits in the order queue and no worker is at an order. */
  readonly isIdle: () => Promise<boolean>;
  /** Returns the ids of orders in the dead-letter queue. */
  readonly readDeadLetters: () => Promise<ReadonlySet<string>>;
  readonly clock: Clock;
}

/** Current verdict. */
export interface Verdict {
  readonly at: number;
  readonly accepted: number;
  readonly final: number;
  readonly open: number;
  readonly deadLetters: number;
  readonly findings: readonly Finding[];
  /** Orders by final status. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** After the decision the charge may take this long, in milliseconds. */
const SETTLE_MS = 20_000;

/** Idle time after which an order without end counts as lost, in milliseconds. */
const IDLE_MS = 15_000;

/** Charges are read until this long after an order's end, in milliseconds: a second one would come late. */
const WATCHED_MS = 60_000;

/** Judges again and again. */
export class Judge {
  readonly #deps: JudgeDeps;
  readonly #records = new Map<string, OrderRecord>();
  readonly #charges = new Map<string, LedgerCharge>();
  /** Time of the last read of each order's charges, in epoch milliseconds. */
  readonly #readAt = new Map<string, number>();
  /** Orders whose charges were wrong at the last look. They are read again: a late settlement may have charged them. */
  #chargedWrongly: ReadonlySet<string> = new Set();
  #idleSince: number | undefined;
  #initial: Readonly<Record<string, number>> | undefined;
  /** Findings of the last look at the stock. */
  #suspected: ReadonlySet<string> = new Set();

  constructor(deps: JudgeDeps) {
    this.#deps = deps;
  }

  /** Returns the verdict now. */
  async judge(): Promise<Verdict> {
    const { orders, clock } = this.#deps;
    const known = [...orders()];
    const now = clock();
    await this.#refresh(known, now);
    const records = known.flatMap((id) => this.#records.get(id) ?? []);
    const final = records.filter(({ status }) => isFinal(status));
    const openIds = known.filter((id) => !isFinal(this.#records.get(id)?.status ?? 'PENDING'));
    const dead = openIds.length > 0 ? await this.#deps.readDeadLetters() : new Set<string>();
    const deadLetters = openIds.filter((id) => dead.has(id)).length;
    const lost = await this.#findLost(
      openIds.filter((id) => !dead.has(id)),
      now,
    );
    return {
      at: now,
      accepted: known.length,
      final: final.length,
      open: openIds.length - deadLetters - lost.length,
      deadLetters,
      findings: [...lost, ...this.#findCharges(final, now), ...(await this.#findStock())],
      statuses: new Map(
        [...Map.groupBy(final, ({ status }) => status)].map(([status, all]) => [status, all.length]),
      ),
    };
  }

  /** Reads what may have changed. */
  async #refresh(known: readonly string[], now: number): Promise<void> {
    const { readRecords, readCharges } = this.#deps;
    const open = known.filter((id) => !isFinal(this.#records.get(id)?.status ?? 'PENDING'));
    for (const record of await readRecords(open)) this.#records.set(record.order_id, record);
    const watched = known.filter((id) => {
      const record = this.#records.get(id);
      if (!record || !isFinal(record.status)) return false;
      const until = Date.parse(record.updated_at) + WATCHED_MS;
      return (this.#readAt.get(id) ?? 0) < until || this.#chargedWrongly.has(id);
    });
    for (const charge of await readCharges(watched)) this.#charges.set(charge.order_id, charge);
    for (const id of watched) this.#readAt.set(id, now);
  }

  /** Finds orders that are open although the pipeline is idle. */
  async #findLost(open: readonly string[], now: number): Promise<Finding[]> {
    if (open.length === 0 || !(await this.#deps.isIdle())) {
      this.#idleSince = undefined;
      return [];
    }
    this.#idleSince ??= now;
    if (now - this.#idleSince < IDLE_MS) return [];
    return findLostOrders(open, []);
  }

  #findCharges(final: readonly OrderRecord[], now: number): Finding[] {
    const charges = final.flatMap(({ order_id }): Charge[] => {
      const { capture_count = 0, amount = 0 } = this.#charges.get(order_id) ?? {};
      return Array.from({ length: capture_count }, () => ({ order_id, amount }));
    });
    const charged = new Set(charges.map(({ order_id }) => order_id));
    // A charge that is due and not there yet is under way for a moment.
    const judged = final.filter(
      ({ order_id, updated_at }) => charged.has(order_id) || now - Date.parse(updated_at) > SETTLE_MS,
    );
    const found = findChargedWrongly(judged, charges);
    this.#chargedWrongly = new Set(found.map(({ subject }) => subject));
    return found;
  }

  /** Finds missing pieces. Pieces only leave by a sale; a restock restarts the count. */
  async #findStock(): Promise<Finding[]> {
    const stock = await this.#deps.readStock();
    const totals = Object.fromEntries(
      stock.map((item) => [item.sku, item.available + item.held + item.sold]),
    );
    const initial = this.#initial ?? totals;
    const grown = Object.entries(totals).some(([sku, total]) => total > (initial[sku] ?? 0));
    this.#initial = grown ? totals : initial;
    const sold = new Map(stock.map(({ sku, sold: pieces }) => [sku, pieces]));
    const found = findOversold(stock, { initial: this.#initial, sold });
    // The shards of a SKU are read one after the other: what is true is found twice.
    const confirmed = found.filter(({ subject }) => this.#suspected.has(subject));
    this.#suspected = new Set(found.map(({ subject }) => subject));
    return confirmed;
  }
}
