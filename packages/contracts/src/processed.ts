/** Counting of terminal statuses: each accepted order once. */
import type { FinalStatus } from './orders.js';

/** Statuses of `orders_processed_total` and of the CloudWatch metric `OrdersProcessed`. */
export const PROCESSED_STATUSES = ['success', 'rejected', 'cancelled', 'error'] as const;

/** A terminal status as metrics group it. */
export type ProcessedStatus = (typeof PROCESSED_STATUSES)[number];

const BY_FINAL_STATUS: Readonly<Record<FinalStatus, ProcessedStatus>> = {
  COMPLETED: 'success',
  REJECTED: 'rejected',
  CANCELLED: 'cancelled',
  FAILED: 'error',
};

/** Returns the status under which a terminal status is counted. */
export function toProcessedStatus(status: FinalStatus): ProcessedStatus {
  return BY_FINAL_STATUS[status];
}

/** Message attribute of a notice that an operator has failed the order. The processor counts it, and works on nothing. */
export const FAILED_NOTICE_ATTRIBUTE = 'operator_failed';

/** Namespace of `OrdersProcessed` in CloudWatch. */
export const METRICS_NAMESPACE = 'OrderPipeline';
