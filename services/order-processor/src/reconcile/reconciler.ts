/** The reconciler as the processor runs it: on a schedule, with logs and metrics. */

import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import type { ReconcileConfig } from '../config.js';
import { OrderStore } from '../order-store.js';
import { eachClient, type Scoring } from '../scoring.js';
import { createFind, type ReconciledTables } from './find.js';
import { createReconcileMetrics } from './metrics.js';
import { type Action, type Outcome, type ReconcileParts, reconcile } from './reconcile.js';
import { toRecord } from './report.js';
import { Schedule } from './schedule.js';

/** What a reconciler is put together from. */
export interface ReconcilerOptions {
  readonly dynamo: DynamoClient;
  readonly scoring: Scoring;
  readonly events: EventSink;
  readonly config: ReconciledTables & { readonly reconcile: ReconcileConfig };
  readonly clock?: Clock;
}

/** Items that one call of a scan reads at most. */
const PAGE_ITEMS = 250;

/** Puts together what a pass works with. */
export function createReconcileParts(options: ReconcilerOptions): ReconcileParts {
  const { dynamo, scoring, events, config, clock = systemClock } = options;
  const { readUnitsPerSecond } = config.reconcile;
  return {
    find: createFind(dynamo, config, { pageItems: PAGE_ITEMS, readUnitsPerSecond }),
    store: new OrderStore(dynamo, config.ordersTable),
    scoring,
    events,
    clock,
  };
}

/** Starts the schedule, unless it is turned off. No pass begins while a service does not answer. */
export function startReconciler(
  options: ReconcilerOptions & {
    readonly registry: Registry;
    readonly logger: Logger;
    /** Called once for each completed order whose authorization was gone before it was charged. */
    readonly onCaptureFailed?: () => void;
  },
): { stop(): Promise<void> } {
  const { config, scoring, registry, logger } = options;
  const { intervalMs, ageMs } = config.reconcile;
  if (intervalMs === 0) return { stop: async () => undefined };
  const metrics = createReconcileMetrics(registry);
  const parts = {
    ...createReconcileParts(options),
    onCaptureFailed: (order_id: string) => {
      options.onCaptureFailed?.();
      logger.error({ order_id }, 'a completed order cannot be charged: its authorization is gone');
    },
  };
  const onFinding = (outcome: Outcome) => {
    metrics.found(outcome);
    logger[LEVELS[outcome.action]](toRecord(outcome), 'found open for too long');
  };
  return new Schedule({
    intervalMs,
    isDue: () => eachClient(scoring).every(({ breaker }) => !breaker.isOpen),
    logger,
    run: async (signal) => {
      const summary = await reconcile(parts, { ageMs, dryRun: false, signal, onFinding });
      metrics.finished(summary, parts.clock());
      logger.debug(summary, 'reconciled');
    },
  });
}

const LEVELS: Readonly<Record<Action, 'debug' | 'info' | 'warn' | 'error'>> = {
  settled: 'info',
  released: 'warn',
  planned: 'info',
  failed: 'error',
  reported: 'warn',
  left: 'debug',
};
