/** Inventory with its table and metrics. */
import {
  InventoryService,
  ReserveOutcomeSchema,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { rpcService } from '@order-pipeline/platform/rpc/server';
import { Counter } from 'prom-client';
import type { ScoringDeps, ScoringService } from '../scoring-service.js';
import type { InventoryConfig } from './config.js';
import { Deliveries } from './deliveries.js';
import { DELIVERY_NOTES, SHARDS } from './items.js';
import { createInventoryService } from './service.js';
import { InventoryStore } from './store.js';

/** Puts the service together. */
export function createInventory(
  config: InventoryConfig,
  { dynamo, registry, logger, clock, newTryId }: ScoringDeps,
): ScoringService {
  const name = config.table;
  const shards = new Table(dynamo, { ...SHARDS, name });
  const deliveries = new Deliveries(shards, new Table(dynamo, { ...DELIVERY_NOTES, name }), clock);
  const reservations = new Counter({
    name: 'reservations_total',
    help: 'Responses of Reserve by outcome, repeats included',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  for (const { localName, number } of ReserveOutcomeSchema.values)
    if (number !== 0) reservations.inc({ outcome: localName.toLowerCase() }, 0);
  return {
    rpc: rpcService(
      InventoryService,
      createInventoryService({
        store: new InventoryStore({ shards, deliveries }),
        clock,
        newTryId,
        logger,
        reservations,
      }),
    ),
    checks: { inventory_table: () => shards.check() },
    close: () => undefined,
  };
}
