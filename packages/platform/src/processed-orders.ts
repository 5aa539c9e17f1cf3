/**
 * Counts the ends of orders, in Prometheus and in CloudWatch. The process whose conditional write ended an order counts it,
 * right after the write, so that each order is counted once.
 */
import { type FinalStatus, type OrderReason, REJECTION_REASONS } from '@order-pipeline/contracts/orders';
import {
  METRICS_NAMESPACE,
  type ProcessedStatus,
  toProcessedStatus,
} from '@order-pipeline/contracts/processed';
import { Counter } from 'prom-client';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';
import type { Registry } from './metrics.js';

/** The end of an order. */
export interface OrderEnd {
  readonly order_id: string;
  readonly status: FinalStatus;
  readonly reason?: OrderReason | undefined;
  /** Time of acceptance, epoch milliseconds: set where a worker decided the order, for the objective on decisions. */
  readonly acceptedAt?: number;
}

/** Dependencies of `ProcessedOrders`. */
export interface ProcessedOrdersDeps {
  readonly registry: Registry;
  readonly logger: Logger;
  readonly stage: string;
  readonly clock: Clock;
  /** Statuses that this process can count: their series exist from the start. */
  readonly statuses: readonly ProcessedStatus[];
}

/** Counts the ends of orders. */
export class ProcessedOrders {
  readonly #deps: ProcessedOrdersDeps;
  readonly #processed: Counter<'env' | 'status'>;
  readonly #rejected: Counter<'env' | 'reason'> | undefined;

  constructor(deps: ProcessedOrdersDeps) {
    const { registry, stage: env, statuses } = deps;
    const registers = [registry];
    this.#deps = deps;
    this.#processed = new Counter({
      name: 'orders_processed_total',
      help: 'Orders that ended, each once: success (COMPLETED), rejected, cancelled by the client, error (FAILED)',
      labelNames: ['env', 'status'],
      registers,
    });
    for (const status of statuses) this.#processed.inc({ env, status }, 0);
    if (!statuses.includes('rejected')) return;
    this.#rejected = new Counter({
      name: 'orders_rejected_total',
      help: 'Orders that were rejected, by reason',
      labelNames: ['env', 'reason'],
      registers,
    });
    for (const reason of REJECTION_REASONS) this.#rejected.inc({ env, reason }, 0);
  }

  /** Counts an order that this process has just ended, and logs it. */
  count({ order_id, status: order_status, reason, acceptedAt }: OrderEnd): void {
    const { stage: env, logger, clock } = this.#deps;
    const status = toProcessedStatus(order_status);
    this.#processed.inc({ env, status });
    if (reason && order_status === 'REJECTED') this.#rejected?.inc({ env, reason });
    const now = clock();
    const line = {
      order_id,
      order_status,
      ...(reason && { reason }),
      ...(acceptedAt !== undefined && { since_accepted_ms: Math.max(0, now - acceptedAt) }),
    };
    logger.info({ ...line, ...toEmbeddedMetric(env, status, now) }, 'order ended');
  }
}

/**
 * Returns the fields that make a log line one count of `OrdersProcessed`, in CloudWatch's embedded metric format. CloudWatch
 * reads them from the log: there is no API call and no collector.
 */
export function toEmbeddedMetric(stage: string, status: ProcessedStatus, now: number) {
  return {
    stage,
    status,
    OrdersProcessed: 1,
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRICS_NAMESPACE,
          Dimensions: [['stage', 'status']],
          Metrics: [{ Name: 'OrdersProcessed', Unit: 'Count' }],
        },
      ],
    },
  };
}
