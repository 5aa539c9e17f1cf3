/** Stock and holds in DynamoDB. Every effect is one conditional update of one item and idempotent by order. */
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import { Unavailable } from '../errors.js';
import type { Permit } from '../permit.js';
import { decideRefusedHold, type OrderLine, type Price, type RefusedHold, type StockItem } from './decide.js';
import { PRICE } from './items.js';
import { type Delivery, deliver, giveBack, giveBackOwned, sell, take, takeOver } from './writes.js';

/** A call that takes holds for an order. */
export interface HoldingCall {
  readonly orderId: string;
  /** When the call began, in epoch milliseconds: it marks the holds that the call owns. */
  readonly at: number;
  /** Asked right before every write that takes. */
  readonly permit: Permit;
}

/** Why a line is not held. */
export type Obstacle = Extract<RefusedHold, 'short' | 'gone' | 'other quantity'>;

/** A line that could not be held. */
export interface RefusedLine {
  readonly sku: string;
  readonly obstacle: Obstacle;
}

/** What became of a line: held by this very call, held by another call of the order, or not held. */
type LineHold = 'taken' | 'held' | Obstacle;

/** What became of a conditional write. */
type Attempt =
  | { readonly written: true }
  | { readonly written: false; readonly standing: StockItem | undefined };

/** How often a line is tried whose stock comes back between a refusal and the look at it. */
const TRIES_MAX = 5;

/** The inventory table as the service uses it. */
export class InventoryStore {
  constructor(private readonly table: Table<StockItem>) {}

  /** The price list's entries for these SKUs, by SKU; unknown ones are left out. */
  async prices(skus: readonly string[]): Promise<ReadonlyMap<string, Price>> {
    const prices = await this.table.getAll(skus, { projection: PRICE });
    return new Map(prices.map((price) => [price.sku, price]));
  }

  /** The item, or undefined. */
  async find(sku: string): Promise<StockItem | undefined> {
    return await this.table.get(sku);
  }

  /**
   * Takes a hold on every line, or on none: answers undefined, or the line that stood in the way. Lines are taken one
   * after the other in the order of their SKUs, so that of two orders that want the same last pieces one gets them.
   * When it throws, lines may be held: a repeat takes them over, and a release gives them back.
   */
  async holdAll(lines: readonly OrderLine[], call: HoldingCall): Promise<RefusedLine | undefined> {
    const sorted = lines.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
    const taken: string[] = [];
    for (const [index, line] of sorted.entries()) {
      const hold = await this.hold(line, call);
      if (hold === 'taken') taken.push(line.sku);
      else if (hold !== 'held') {
        await this.rollBack(taken, skusOf(sorted.slice(index + 1)), call);
        return { sku: line.sku, obstacle: hold };
      }
    }
    return undefined;
  }

  /**
   * Gives back what this call has taken, and what earlier calls left on lines that it has not reached. Holds that a
   * newer call of the order owns stay: that call's answer counts on them.
   */
  private async rollBack(taken: string[], rest: string[], { orderId, at }: HoldingCall): Promise<void> {
    await Promise.all([
      this.count(taken, giveBackOwned('this', orderId, at)),
      this.count(rest, giveBackOwned('earlier', orderId, at)),
    ]);
  }

  /** Turns the order's holds on these SKUs into sales, side by side. Answers how many there were. */
  async confirmAll(skus: readonly string[], orderId: string): Promise<number> {
    return await this.count(skus, sell(orderId));
  }

  /** Gives the order's holds on these SKUs back to stock, side by side. Answers how many there were. */
  async releaseAll(skus: readonly string[], orderId: string): Promise<number> {
    return await this.count(skus, giveBack(orderId));
  }

  /** Adds a delivery, unless it is the item's latest, and answers the item. Undefined for a new SKU without a price. */
  async restock(delivery: Delivery): Promise<StockItem | undefined> {
    try {
      return await this.table.updateAndGet(delivery.sku, deliver(delivery));
    } catch (error) {
      return standingOf(error);
    }
  }

  private async hold(line: OrderLine, { orderId, at, permit }: HoldingCall): Promise<LineHold> {
    let write = take(line, orderId, at);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      permit();
      const attempt = await this.attempt(line.sku, write);
      if (attempt.written) return 'taken';
      const verdict = decideRefusedHold(attempt.standing, line, { orderId, at });
      if (verdict !== 'again' && verdict !== 'take over') return verdict;
      write = verdict === 'again' ? take(line, orderId, at) : takeOver(line, orderId, at);
    }
    throw new Unavailable(`The stock of ${line.sku} changes too fast`);
  }

  /** Writes side by side and counts the writes whose condition held. */
  private async count(skus: readonly string[], write: ConditionalUpdate): Promise<number> {
    const attempts = await Promise.all(skus.map((sku) => this.attempt(sku, write)));
    return attempts.filter(({ written }) => written).length;
  }

  private async attempt(sku: string, write: ConditionalUpdate): Promise<Attempt> {
    try {
      await this.table.update(sku, write);
      return { written: true };
    } catch (error) {
      return { written: false, standing: standingOf(error) };
    }
  }
}

/** The SKUs of lines. */
export function skusOf(lines: readonly OrderLine[]): string[] {
  return lines.map(({ sku }) => sku);
}

/** The item that stood in the way of a write; any other error goes on. */
function standingOf(error: unknown): StockItem | undefined {
  if (error instanceof ConditionFailedError) return error.current as StockItem | undefined;
  throw error;
}
