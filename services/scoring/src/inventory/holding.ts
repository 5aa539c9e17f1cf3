/** Takes holds. Every effect is one conditional update of one shard. */
import { type Hold, shardKey, toToken } from '@order-pipeline/contracts/stock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import { isThrottled } from '@order-pipeline/platform/dynamo/retryable';
import type { Table } from '@order-pipeline/platform/dynamo/table';
import type { Timers } from '@order-pipeline/platform/timers';
import { UnavailableError } from '../errors.js';
import type { Permit } from '../permit.js';
import { chooseHolds, ownHolds } from './decide/holds.js';
import { hashOf, probesOf } from './decide/shards.js';
import {
  decideObstacle,
  type Obstacle,
  type OrderLine,
  planLine,
  type Shard,
  type ShardView,
  type Share,
} from './decide.js';
import type { ShardReader } from './shard-reader.js';
import type { Transfers } from './transfers.js';
import { take } from './writes.js';

/** A call that takes holds for an order. */
export interface HoldingCall {
  readonly orderId: string;
  /** The worker's attempt at the order; 0 for callers that count none. */
  readonly attempt: number;
  /** Unique to this call. */
  readonly tryId: string;
  /** Asked right before every write that takes. */
  readonly permit: Permit;
}

/** Result of a line, and the order's holds of it: with `held` exactly the pieces that it needs. */
export interface LineHolds {
  readonly outcome: 'held' | 'short' | 'gone' | 'other-quantity';
  readonly holds: readonly Hold[];
}

/** Maximum number of tries of a line while other calls change its shards. */
const ROUNDS_MAX = 15;

/** Dependencies of a holder. */
export interface HolderDeps {
  readonly table: Table<Shard>;
  readonly reader: ShardReader;
  readonly transfers: Transfers;
  readonly timers: Pick<Timers, 'sleep'>;
  /** Called when the shards of a SKU have no room: their number may have changed. */
  readonly onFull?: (sku: string) => void;
}

/** Takes holds on single lines. */
export class Holder {
  readonly #deps: HolderDeps;

  constructor(deps: HolderDeps) {
    this.#deps = deps;
  }

  /**
   * Covers a line by holds; those that the order has already count. `count` is the number of shards as the price list
   * had it. When it throws, pieces may be held: a repeat counts on them, and a release returns them.
   *
   * @throws {UnavailableError} when the shards change too fast, or no shard has room for a hold.
   */
  async hold(line: OrderLine, count: number, call: HoldingCall): Promise<LineHolds> {
    // An earlier attempt may hold pieces at any shard.
    if (call.attempt > 1 && count > 1) return this.#gather(line, call);
    const probed = await this.#probe(line, count, call);
    if (probed !== 'full') return probed ?? this.#gather(line, call);
    this.#deps.onFull?.(line.sku);
    const grown = await this.#deps.transfers.grow(line.sku, count);
    const again = grown ? await this.#probe(line, 2 * count, call) : undefined;
    return again === undefined || again === 'full' ? this.#gather(line, call) : again;
  }

  /** Tries the shards that the order's id names. Returns undefined when all shards have to be looked at. */
  async #probe(line: OrderLine, count: number, call: HoldingCall): Promise<LineHolds | 'full' | undefined> {
    const { sku, quantity } = line;
    for (const shard of probesOf(call.orderId, count)) {
      let obstacle = await this.#take(sku, { shard, quantity }, call);
      if (obstacle?.kind === 'short' && (await this.#deps.transfers.refill(sku, shard, quantity)))
        obstacle = await this.#take(sku, { shard, quantity }, call);
      if (!obstacle) return { outcome: 'held', holds: [toHold(sku, { shard, quantity }, call)] };
      if (obstacle.kind === 'held')
        return { outcome: 'held', holds: [{ sku, shard, token: obstacle.token, quantity }] };
      if (obstacle.kind !== 'full') return undefined;
    }
    return 'full';
  }

  /** Covers a line from all shards, in parts if need be. */
  async #gather(line: OrderLine, call: HoldingCall): Promise<LineHolds> {
    const { reader, transfers } = this.#deps;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (round > 0) await this.#deps.timers.sleep(decidePauseMs(round, call));
      const stock = await reader.read(line.sku);
      if (!stock) return { outcome: 'gone', holds: [] };
      const { root, shards } = stock;
      const holds = ownHolds(line.sku, shards, call.orderId);
      const plan = planLine(line, shards, call.orderId, probesOf(call.orderId, root.shards)[0] ?? 0);
      if (plan.kind === 'held') return { outcome: 'held', holds: plan.holds };
      if (root.shards === 1 && holds.length > 0) return { outcome: 'other-quantity', holds };
      if (plan.kind === 'take') {
        const taken = await this.#takeAll(line.sku, plan.shares, call);
        const covering = chooseHolds([...holds, ...taken], line.quantity);
        if (covering) return { outcome: 'held', holds: covering };
      } else if (!(await this.#finishTransfers(line.sku, shards))) {
        if (plan.kind === 'short') return { outcome: 'short', holds };
        if (!(await transfers.relieve(line, plan.richest, stock, call.orderId)))
          throw new UnavailableError(`The stock of ${line.sku} has no room for another hold`);
      }
    }
    throw new UnavailableError(`The stock of ${line.sku} changes too fast`);
  }

  /** Takes shares until one of them is no longer available. */
  async #takeAll(sku: string, shares: readonly Share[], call: HoldingCall): Promise<Hold[]> {
    const holds: Hold[] = [];
    for (const share of shares) {
      if (await this.#take(sku, share, call)) return holds;
      holds.push(toHold(sku, share, call));
    }
    return holds;
  }

  /** Returns true when transfers were under way. */
  async #finishTransfers(sku: string, shards: readonly ShardView[]): Promise<boolean> {
    const finished = await Promise.all(
      shards.map(({ shard, item }) => this.#deps.transfers.finish(sku, shard, item)),
    );
    return finished.includes(true);
  }

  /** Takes pieces at one shard. Returns the obstacle, or undefined on success. */
  async #take(sku: string, share: Share, call: HoldingCall): Promise<Obstacle | undefined> {
    const { token } = toHold(sku, share, call);
    for (let tries = 0; tries < ROUNDS_MAX; tries += 1) {
      call.permit();
      try {
        await this.#deps.table.update(shardKey(sku, share.shard), take(call.orderId, token));
        return undefined;
      } catch (error) {
        // Rejected for lack of capacity, and so without effect: another shard may have some.
        if (isThrottled(error)) return { kind: 'full' };
        if (!(error instanceof ConditionFailedError)) throw error;
        const obstacle = decideObstacle(error.current as Shard | undefined, share.quantity, call.orderId);
        if (obstacle.kind !== 'again') return obstacle;
      }
    }
    throw new UnavailableError(`The stock of ${sku} changes too fast`);
  }
}

/** Longest pause before the second round, in milliseconds; it doubles with each round. */
const FIRST_PAUSE_MS = 10;
const PAUSE_MAX_MS = 160;

/** Returns a part of the longest pause that is the order's own, so that orders that met do not meet again. */
function decidePauseMs(round: number, { orderId, tryId }: HoldingCall): number {
  const longest = Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (round - 1));
  return longest * (hashOf(`${round} ${orderId} ${tryId}`) / 2 ** 32);
}

function toHold(sku: string, { shard, quantity }: Share, { attempt, tryId }: HoldingCall): Hold {
  return { sku, shard, token: toToken({ quantity, attempt, tryId }), quantity };
}
