/** The reconciler as the processor runs it: on a schedule, with logs and metrics. */

import { randomUUID } from 'node:crypto';
import { OrderStore } from '@order-pipeline/order-protocol/order-store';
import { eachClient, type Scoring } from '@order-pipeline/order-protocol/scoring';
import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { EventSink } from '@order-pipeline/platform/sns/event-publisher';
import type { ReconcileConfig } from '../config.js';
import { createFind, type ReconciledTables, type Walk } from './find.js';
import { ReconcilerLease } from './lease.js';
import { createReconcileMetrics } from './metrics.js';
import { type Action, type Outcome, type ReconcileDeps, reconcile } from './reconcile.js';
import { toRecord } from './report.js';
import { Schedule } from './schedule.js';

/** Dependencies and options of a reconciler. */
export interface ReconcilerOptions {
  readonly dynamo: DynamoClient;
  readonly scoring: Scoring;
  readonly events: EventSink;
  readonly config: ReconciledTables & { readonly reconcile: ReconcileConfig };
  readonly clock?: Clock;
}

/** Intervals that a lease lasts: a process that reconciles renews it in each. */
const LEASE_INTERVALS = 3;

/** Items that one call of a scan reads at most. */
const PAGE_ITEMS = 250;

/** Puts together what a pass works with. */
export function createReconcileDeps(options: ReconcilerOptions): ReconcileDeps {
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

/**
 * Starts the schedule, unless it is turned off. Of all processes one reconciles at a time, and reads no more in an interval
 * than its rate allows. No pass begins while a service does not respond.
 */
export function startReconciler(
  options: ReconcilerOptions & {
    readonly registry: Registry;
    readonly logger: Logger;
    /** Called once for each completed order whose authorization was gone before it was charged. */
    readonly onCaptureFailed?: () => void;
  },
): { stop(): Promise<void> } {
  const { config, scoring, registry, logger } = options;
  const { intervalMs, ageMs, readUnitsPerSecond } = config.reconcile;
  if (intervalMs === 0) return { stop: async () => undefined };
  const lease = new ReconcilerLease(options.dynamo, config.ordersTable, randomUUID());
  const metrics = createReconcileMetrics(registry);
  const parts = {
    ...createReconcileDeps(options),
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
      const bookmark = await lease.take(parts.clock(), LEASE_INTERVALS * intervalMs);
      if (!bookmark) return metrics.followed();
      let cursor = bookmark.cursor;
      let complete = false;
      const walk: Walk = {
        from: cursor,
        maxReadUnits: Math.ceil((readUnitsPerSecond * intervalMs) / 1_000),
        onPage: (next) => {
          cursor = next;
          complete = next === undefined;
        },
      };
      const summary = await reconcile(parts, { ageMs, dryRun: false, signal, onFinding, walk });
      const stuck = bookmark.stuck + summary.stuckClaims;
      const next = complete
        ? { stuck: 0, stuck_before: stuck }
        : { cursor, stuck, stuck_before: bookmark.stuck_before };
      await lease.save(next);
      metrics.finished(Math.max(summary.stuckOrders, next.stuck, next.stuck_before), parts.clock());
      const { sweepError, ...counts } = summary;
      if (sweepError !== undefined) logger.warn({ err: sweepError }, 'cannot read open authorizations');
      logger.debug(counts, 'reconciled');
    },
  });
}

const LEVELS: Readonly<Record<Action, 'debug' | 'info' | 'warn' | 'error'>> = {
  settled: 'info',
  released: 'warn',
  voided: 'warn',
  planned: 'info',
  failed: 'error',
  reported: 'warn',
  left: 'debug',
};
