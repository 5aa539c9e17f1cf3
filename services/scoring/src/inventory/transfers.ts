/**
 * Moves pieces between the shards of a SKU. A transfer is three writes, and any process that meets one that stopped half way
 * finishes it: see `writes.ts` for why no write can take effect twice.
 *
 * Orders that want the same of one process at the same time share the work: otherwise a burst on one SKU would spend most
 * of its writes on losing races.
 */
import { shardKey } from '@order-pipeline/contracts/stock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import { childrenOf, decideTransfer, parentOf, SHARDS_MAX, TRANSFER_MIN } from './decide/shards.js';
import { hasRoomFor, type OrderLine, type Shard } from './decide.js';
import type { Stock } from './shard-reader.js';
import { clear, grow, receive, send } from './writes.js';

/** Moves pieces between shards. */
export class Transfers {
  readonly #table: Table<Shard>;
  readonly #underWay = new Map<string, Promise<boolean>>();

  constructor(table: Table<Shard>) {
    this.#table = table;
  }

  /** Gets pieces for a shard that needs `needed` from its parent. Returns false when the parent has too few. */
  refill(sku: string, shard: number, needed: number): Promise<boolean> {
    return this.#share(`refill ${shardKey(sku, shard)}`, () => this.#refill(sku, shard, needed));
  }

  async #refill(sku: string, shard: number, needed: number): Promise<boolean> {
    const parent = parentOf(shard);
    if (parent === undefined) return false;
    let source = await this.#settled(sku, parent);
    let quantity = decideTransfer(source?.available ?? 0, needed);
    if (quantity === 0) {
      // Enough that half of it is worth another transfer.
      if (!(await this.refill(sku, parent, 2 * Math.max(needed, TRANSFER_MIN)))) return false;
      source = await this.#settled(sku, parent);
      quantity = decideTransfer(source?.available ?? 0, needed);
    }
    return source !== undefined && quantity > 0 && this.#transfer(sku, parent, source, shard, quantity);
  }

  /**
   * Moves pieces of a shard without room for an order's hold to a child that has room, a new one if need be. Returns
   * false when there is no such shard to be had.
   */
  relieve(line: OrderLine, shard: number, stock: Stock, orderId: string): Promise<boolean> {
    const key = `relieve ${shardKey(line.sku, shard)}`;
    return this.#share(key, () => this.#relieve(line, shard, stock, orderId));
  }

  async #relieve(
    { sku, quantity: needed }: OrderLine,
    shard: number,
    { root, shards }: Stock,
    orderId: string,
  ): Promise<boolean> {
    const count = root.shards;
    const full = new Set(shards.filter(({ item }) => !hasRoomFor(item, orderId)).map((view) => view.shard));
    const child = childrenOf(shard, count).find((candidate) => !full.has(candidate));
    if (child === undefined && !(await this.grow(sku, count))) return false;
    const source = await this.#settled(sku, shard);
    const available = source?.available ?? 0;
    const quantity = Math.min(available, Math.max(needed, Math.ceil(available / 2)));
    if (source && quantity > 0) await this.#transfer(sku, shard, source, child ?? shard + count, quantity);
    return true;
  }

  /** Doubles the number of shards, unless another process has done so. Returns false at the limit. */
  grow(sku: string, count: number): Promise<boolean> {
    return this.#share(`grow ${count} ${sku}`, () => this.#grow(sku, count));
  }

  async #grow(sku: string, count: number): Promise<boolean> {
    if (2 * count > SHARDS_MAX) return false;
    await this.#write(sku, grow(count));
    return true;
  }

  /** Finishes the transfer that a shard has begun, if any. Returns true when there was one. */
  async finish(sku: string, source: number, { transfer }: Shard): Promise<boolean> {
    if (!transfer) return false;
    // A failed condition means that it has arrived.
    await this.#write(shardKey(sku, transfer.to), receive(transfer));
    await this.#write(shardKey(sku, source), clear(transfer));
    return true;
  }

  /** Runs what is not under way yet. */
  #share(key: string, run: () => Promise<boolean>): Promise<boolean> {
    const known = this.#underWay.get(key);
    if (known) return known;
    const started = run().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, started);
    return started;
  }

  async #transfer(sku: string, from: number, source: Shard, to: number, quantity: number): Promise<boolean> {
    const transfer = { to, quantity, seq: source.transfer_seq + 1 };
    if (!(await this.#write(shardKey(sku, from), send(transfer)))) return false;
    return await this.finish(sku, from, { ...source, transfer });
  }

  /** The shard without an unfinished transfer. */
  async #settled(sku: string, shard: number): Promise<Shard | undefined> {
    const item = await this.#table.get(shardKey(sku, shard));
    if (item && (await this.finish(sku, shard, item))) return await this.#table.get(shardKey(sku, shard));
    return item;
  }

  async #write(key: string, write: ConditionalUpdate): Promise<boolean> {
    try {
      await this.#table.update(key, write);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailedError) return false;
      throw error;
    }
  }
}
