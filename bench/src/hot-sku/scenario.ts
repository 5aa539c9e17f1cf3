/**
 * Orders for one SKU at a fixed rate, in virtual time: each takes a hold and sells it some time later, so that a fixed number
 * of holds is open. A throttled call is repeated a little later.
 */
import type { Hold } from '@order-pipeline/contracts/stock';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { totalStock } from '@order-pipeline/scoring/inventory/decide';
import { Deliveries } from '@order-pipeline/scoring/inventory/deliveries';
import { DELIVERY_NOTES, SHARDS } from '@order-pipeline/scoring/inventory/items';
import { InventoryStore } from '@order-pipeline/scoring/inventory/store';
import { ordersPerSecond } from './capacity.js';
import type { MeteredClient } from './metered-client.js';

/** Options of a scenario. */
export interface ScenarioOptions {
  readonly sku: string;
  /** Orders a second that arrive. */
  readonly rate: number;
  /** Holds that are open at the same time. */
  readonly openHolds: number;
  /** Orders that are measured, after the holds have built up. */
  readonly orders: number;
}

/** Result of the measured orders. */
export interface ScenarioResult {
  readonly openHolds: number;
  readonly shards: number;
  /** Units of an order's stock: hold and sale, with everything that they caused. */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Orders a second that the busiest key lets through. */
  readonly ordersPerSecond: number;
  /** Throttled calls. */
  readonly throttled: number;
  /** Pieces that are missing or surplus; 0 is correct. */
  readonly lostPieces: number;
}

const RETRY_MS = 25;
/** Orders after which a SKU that is hot from one moment to the next has its shards. */
const WARM_UP_ORDERS = 4_000;

interface Event {
  readonly at: number;
  readonly run: () => Promise<Event | undefined>;
}

/** Runs the scenario. The order of events is that of their times; one ends before the next begins. */
export async function runScenario(client: MeteredClient, options: ScenarioOptions): Promise<ScenarioResult> {
  const { sku, rate, openHolds, orders } = options;
  const table = { name: 'inventory' };
  const shards = new Table(client.port, { ...SHARDS, ...table });
  const notes = new Table(client.port, { ...DELIVERY_NOTES, ...table });
  const store = new InventoryStore({ shards, deliveries: new Deliveries(shards, notes, () => client.now) });
  const delivered = 100 * (openHolds + orders + WARM_UP_ORDERS);
  await store.restock({ sku, quantity: delivered, deliveryId: 'd1', price: { unitPrice: 100 } });
  const holdMs = (openHolds / rate) * 1_000;
  const before = Math.max(openHolds, WARM_UP_ORDERS);
  const events: Event[] = [];
  for (let order = 0; order < before + orders; order += 1)
    events.push(
      placeOrder(store, client, { sku, orderId: orderIdOf(order), at: (order / rate) * 1_000, holdMs }),
    );
  const startAt = (before / rate) * 1_000;
  const endAt = ((before + orders) / rate) * 1_000;
  let measuring = false;
  while (events[0] && events[0].at < endAt) {
    const event = events.shift() as Event;
    if (!measuring && event.at >= startAt) {
      measuring = true;
      client.reset();
    }
    client.begin(event.at);
    const next = await event.run();
    if (next) insert(events, next);
  }
  const usage = client.usage();
  const sum = (of: 'readUnits' | 'writeUnits') => usage.reduce((total, used) => total + used[of], 0);
  const result = {
    openHolds,
    writeUnits: sum('writeUnits') / orders,
    readUnits: sum('readUnits') / orders,
    ordersPerSecond: ordersPerSecond(orders, usage),
    throttled: client.throttled,
  };
  client.begin(client.now + 60_000);
  const { root, shards: all } = (await store.find(sku)) ?? { root: undefined, shards: [] };
  const { available, held, sold } = totalStock(all);
  return { ...result, shards: root?.shards ?? 0, lostPieces: delivered - available - held - sold };
}

interface Placed {
  readonly sku: string;
  readonly orderId: string;
  readonly at: number;
  readonly holdMs: number;
}

function placeOrder(store: InventoryStore, client: MeteredClient, order: Placed): Event {
  const { sku, orderId, at, holdMs } = order;
  const run = async () => {
    try {
      const call = { orderId, attempt: 1, tryId: orderId.slice(0, 8), permit: () => undefined };
      const { holds, refused } = await store.hold(
        [{ sku, quantity: 1 }],
        await store.prices([sku], 'current'),
        call,
      );
      if (refused) throw new Error(`order ${orderId} got ${refused.outcome}`);
      return confirm(store, client, orderId, holds, client.now + holdMs);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return placeOrder(store, client, { ...order, at: client.now + RETRY_MS });
    }
  };
  return { at, run };
}

function confirm(
  store: InventoryStore,
  client: MeteredClient,
  orderId: string,
  holds: readonly Hold[],
  at: number,
): Event {
  const run = async () => {
    try {
      await store.confirm(orderId, holds);
      return undefined;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return confirm(store, client, orderId, holds, client.now + RETRY_MS);
    }
  };
  return { at, run };
}

function isUnavailable(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'StoreUnavailableError' || error.name === 'UnavailableError')
  );
}

function insert(events: Event[], event: Event): void {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.at ?? 0) <= event.at) low = middle + 1;
    else high = middle;
  }
  events.splice(low, 0, event);
}

/** Ids as long as those of real orders, the same in every run. */
function orderIdOf(order: number): string {
  const digits = (order + 1).toString(16).padStart(8, '0');
  return `${digits}-0000-4000-8000-0000${digits}`;
}
