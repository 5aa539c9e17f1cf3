/** The inventory's store on the table of a test stack. */
import { systemClock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { Table } from '@order-pipeline/platform/dynamo/table';
import type { Shard } from '../src/inventory/decide.js';
import { Deliveries } from '../src/inventory/deliveries.js';
import { DELIVERY_NOTES, SHARDS } from '../src/inventory/items.js';
import { InventoryStore } from '../src/inventory/store.js';

/** Options of the shards' table. */
export const INVENTORY = { ...SHARDS, name: 'inventory' };

/** A store on the real table; a test may replace its shards. */
export function createInventoryStore(
  dynamo: DynamoClient,
  shards: Table<Shard> = new Table(dynamo, INVENTORY),
): InventoryStore {
  const notes = new Table(dynamo, { ...DELIVERY_NOTES, name: 'inventory' });
  return new InventoryStore({ shards, deliveries: new Deliveries(shards, notes, systemClock) });
}
