/**
 * Deliveries of pieces and prices. Each is added once, however often it is repeated within `DELIVERY_DAYS`:
 *
 *     root:       last_delivery {D1, 1}                 last_delivery {D2, 2}
 *     before D2:                          D1 is noted
 *
 * The root names its latest delivery with its number. Before another one takes that place, the one that has it is noted
 * in an item of its own. Adding is conditional on the number, so that a write that takes effect late adds nothing.
 */
import { KEY_SEPARATOR } from '@order-pipeline/contracts/stock';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import type { ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import { UnavailableError } from '../errors.js';
import type { DeliveryNote, RootShard, Shard } from './decide.js';
import { isRoot } from './items.js';

/** Days for which a repeated delivery adds nothing. */
export const DELIVERY_DAYS = 35;

const SECONDS_PER_DAY = 86_400;

/** A delivery of pieces, a new price, or both. */
export interface Delivery {
  readonly deliveryId: string;
  readonly sku: string;
  /** Pieces, 0 or more. */
  readonly quantity: number;
  /** The new price of one piece; without a currency it is in the item's. */
  readonly price?: { readonly unitPrice: number; readonly currency?: string };
}

/** The currency of a new SKU whose delivery names none. */
const DEFAULT_CURRENCY = 'USD';

/** Maximum number of tries of a delivery while other deliveries take its number. */
const TRIES_MAX = 20;

/** Adds deliveries to the inventory table. */
export class Deliveries {
  readonly #shards: Table<Shard>;
  readonly #notes: Table<DeliveryNote>;
  readonly #clock: () => number;

  constructor(shards: Table<Shard>, notes: Table<DeliveryNote>, clock: () => number) {
    this.#shards = shards;
    this.#notes = notes;
    this.#clock = clock;
  }

  /**
   * Adds a delivery, unless it was added before. Returns false for a new SKU without a price.
   *
   * @throws {UnavailableError} when other deliveries of the SKU are always faster.
   */
  async add(delivery: Delivery): Promise<boolean> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      // The root first: a delivery that it does not show was noted before the root was read, or never added.
      const root = await this.#root(delivery.sku);
      if (!root && !delivery.price) return false;
      if (root && (await this.#wasAdded(root, delivery))) return true;
      if (root) await this.#note(root);
      if (await this.#write(delivery, root)) return true;
    }
    throw new UnavailableError(`Deliveries of ${delivery.sku} are added too fast`);
  }

  async #root(sku: string): Promise<RootShard | undefined> {
    const item = await this.#shards.get(sku);
    return item && isRoot(item) ? item : undefined;
  }

  async #wasAdded({ sku, last_delivery }: RootShard, { deliveryId }: Delivery): Promise<boolean> {
    if (last_delivery.id === deliveryId) return true;
    return (await this.#notes.get(noteKey(sku, deliveryId))) !== undefined;
  }

  /** Notes the root's latest delivery. A late repeat writes the same number again, and lives a little longer. */
  async #note({ sku, last_delivery: { id, seq } }: RootShard): Promise<void> {
    const expires = Math.ceil(this.#clock() / 1_000) + DELIVERY_DAYS * SECONDS_PER_DAY;
    await this.#notes.update(noteKey(sku, id), {
      update: 'SET #seq = :seq, #expires_at = :expires_at',
      values: { ':seq': seq, ':expires_at': expires },
    });
  }

  async #write(delivery: Delivery, root: RootShard | undefined): Promise<boolean> {
    try {
      await this.#shards.update(delivery.sku, root ? addTo(root, delivery) : create(delivery));
      return true;
    } catch (error) {
      if (error instanceof ConditionFailedError) return false;
      throw error;
    }
  }
}

/** The key of a delivery's note. */
export function noteKey(sku: string, deliveryId: string): string {
  return `${sku}${KEY_SEPARATOR}delivery${KEY_SEPARATOR}${deliveryId}`;
}

function addTo({ last_delivery }: RootShard, { deliveryId, quantity, price }: Delivery): ConditionalUpdate {
  const changes = ['#available = #available + :quantity', '#last_delivery = :delivery'];
  if (price) changes.push('#unit_price = :unit_price');
  if (price?.currency) changes.push('#currency = :currency');
  return {
    update: `SET ${changes.join(', ')}`,
    condition: '#last_delivery.#seq = :before',
    values: {
      ':quantity': quantity,
      ':delivery': { id: deliveryId, seq: last_delivery.seq + 1 },
      ':before': last_delivery.seq,
      ...(price && { ':unit_price': price.unitPrice }),
      ...(price?.currency && { ':currency': price.currency }),
    },
  };
}

function create({ deliveryId, quantity, price }: Delivery): ConditionalUpdate {
  const item = {
    available: quantity,
    holds: {},
    sold: 0,
    transfer_seq: 0,
    shards: 1,
    unit_price: price?.unitPrice,
    currency: price?.currency ?? DEFAULT_CURRENCY,
    last_delivery: { id: deliveryId, seq: 1 },
  };
  const names = Object.keys(item);
  return {
    update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    condition: 'attribute_not_exists(#sku)',
    values: Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
  };
}
