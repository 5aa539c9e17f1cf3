/** What the processor counts, besides the calls that the RPC clients measure. */
import type { FinalStatus } from '@order-pipeline/contracts/orders';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '@order-pipeline/platform/metrics';
import { Counter, Gauge, Histogram } from 'prom-client';

/** How dashboards group the ends of orders. */
export type ProcessedStatus = 'success' | 'rejected' | 'error';

const PROCESSED_STATUSES: readonly ProcessedStatus[] = ['success', 'rejected', 'error'];

/** What a settlement can meet that no repeat fixes. */
export type SettlementProblem =
  /** A completed order sold fewer lines than it has: stock and orders differ. */
  | 'unsold-lines'
  /** A completed order's authorization was gone before it was charged. */
  | 'capture-failed';

const SETTLEMENT_PROBLEMS: readonly SettlementProblem[] = ['unsold-lines', 'capture-failed'];

/** The processor's own metrics. */
export interface ProcessorMetrics {
  /** An order was decided. */
  decided(status: FinalStatus, acceptedAt: number, now: number): void;
  /** A message was moved to the dead-letter queue. */
  deadLettered(reason: string): void;
  /** A message comes back later. */
  retried(): void;
  /** A message carried another body than the order with its id. */
  otherBody(): void;
  /** A settlement met a problem that somebody has to look at. */
  settlementProblem(kind: SettlementProblem): void;
}

/** Registers the metrics; `inFlight` is asked at each scrape. */
export function createProcessorMetrics(
  registry: Registry,
  env: string,
  inFlight: () => number,
): ProcessorMetrics {
  const registers = [registry];
  const processed = new Counter({
    name: 'orders_processed_total',
    help: 'Orders decided (success: COMPLETED, rejected: REJECTED) and messages given up (error)',
    labelNames: ['env', 'status'],
    registers,
  });
  const deadLetters = new Counter({
    name: 'order_dead_letters_total',
    help: 'Messages moved to the dead-letter queue by the processor, by reason',
    labelNames: ['reason'],
    registers,
  });
  const retries = new Counter({
    name: 'order_retries_total',
    help: 'Messages that come back later, after a failure or because another worker is at the order',
    registers,
  });
  const otherBodies = new Counter({
    name: 'order_bodies_not_placed_total',
    help: 'Messages whose order was placed with another body under the same idempotency key',
    registers,
  });
  const problems = new Counter({
    name: 'order_settlement_problems_total',
    help: 'Settlements that met a problem which no repeat fixes, by kind',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of SETTLEMENT_PROBLEMS) problems.inc({ kind }, 0);
  const latency = new Histogram({
    name: 'order_decision_seconds',
    help: 'From the acceptance of an order to its decision',
    buckets: [...LATENCY_BUCKETS_SECONDS, 30, 60, 300, 3_600],
    registers,
  });
  new Gauge({
    name: 'orders_in_flight',
    help: 'Orders that this process is working on',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  for (const status of PROCESSED_STATUSES) processed.inc({ env, status }, 0);
  return {
    decided: (status, acceptedAt, now) => {
      processed.inc({ env, status: status === 'COMPLETED' ? 'success' : 'rejected' });
      latency.observe(Math.max(0, now - acceptedAt) / 1_000);
    },
    deadLettered: (reason) => {
      processed.inc({ env, status: 'error' });
      deadLetters.inc({ reason });
    },
    retried: () => retries.inc(),
    otherBody: () => otherBodies.inc(),
    settlementProblem: (kind) => problems.inc({ kind }),
  };
}
