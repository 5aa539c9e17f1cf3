/** Puts the local lab together. */
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import type { Clock } from '@order-pipeline/platform/clock';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type Projection, Table } from '@order-pipeline/platform/dynamo/table';
import { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import type { Redis } from '@order-pipeline/platform/redis';
import { systemTimers } from '@order-pipeline/platform/timers';
import { z } from 'zod';
import type { LabConfig } from '../config.js';
import type { Pipeline } from '../feed/pipeline.js';
import type { OperatorConfig } from '../operator/config.js';
import { listStock, type StockOfSku } from '../operator/stock.js';
import type { System } from '../operator/tools.js';
import type { LabDeps } from '../rpc/lab-methods.js';
import { LabApi } from './api.js';
import { StackFaults } from './faults.js';
import { Laboratory } from './laboratory.js';
import { Judge, type LedgerCharge } from './verdict.js';

/** Dependencies of {@link createLab}. */
export interface CreateLabDeps {
  readonly config: OperatorConfig;
  readonly lab: LabConfig;
  readonly system: System;
  readonly redis: Redis;
  readonly pipeline: Pipeline;
  /** Reads the ids of orders in the dead-letter queue. */
  readonly readDeadLetters: () => Promise<ReadonlySet<string>>;
  readonly clock: Clock;
}

const parseCharge = createItemParser<LedgerCharge>(
  z.looseObject({ order_id: z.string(), amount: z.int(), capture_count: z.int() }),
);

const CHARGE: Projection<LedgerCharge> = {
  attributes: ['order_id', 'amount', 'capture_count'],
  parse: parseCharge,
};

/** SKUs that the lab looks at. */
const MAX_SKUS = 1_000;

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

/** Creates the lab. */
export function createLab(deps: CreateLabDeps): LabDeps {
  const { config, lab, system, redis, pipeline, readDeadLetters, clock } = deps;
  const orders = openOrders(system.dynamo, config.ordersTable);
  const payments = new Table<LedgerCharge>(system.dynamo, {
    name: config.paymentsTable,
    keyName: 'order_id',
    parse: parseCharge,
  });
  const readStock = async (): Promise<readonly StockOfSku[]> =>
    (await listStock(system.dynamo, config.inventoryTable, MAX_SKUS)).items;
  const laboratory = new Laboratory({
    api: new LabApi(lab.apiUrl),
    sqs: system.sqs,
    queueUrl: config.queueUrl,
    deadLetterQueueUrl: config.deadLetterQueueUrl,
    feed: new OrderFeedWriter({ redis, timers: systemTimers }),
    readStock,
    clock,
    random: Math.random,
  });
  const judge = new Judge({
    orders: () => laboratory.orders,
    readRecords: (ids) => inBatches(ids, (batch) => orders.getAll(batch)),
    readCharges: (ids) => inBatches(ids, (batch) => payments.getAll(batch, { projection: CHARGE })),
    readStock,
    isIdle: async () => {
      const { queue, processes } = await pipeline.snapshot();
      const inFlight = (processes ?? []).reduce((sum, { in_flight }) => sum + in_flight, 0);
      return queue !== undefined && queue.visible + queue.hidden === 0 && inFlight === 0;
    },
    readDeadLetters,
    clock,
  });
  return { laboratory, faults: new StackFaults(lab), judge, clock };
}

async function inBatches<T>(
  ids: readonly string[],
  read: (batch: readonly string[]) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; from < ids.length; from += BATCH_SIZE)
    found.push(...(await read(ids.slice(from, from + BATCH_SIZE))));
  return found;
}
