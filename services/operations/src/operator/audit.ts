/** The audit log: one JSON line on standard error for each change that a command made, or would make. */
import { createLogger } from '@order-pipeline/platform/logger';

/** Object of a change. */
export interface AuditedChange {
  readonly action:
    | 'dlq.redrive'
    | 'dlq.remove'
    | 'order.cancel'
    | 'order.fail'
    | 'order.refund'
    | 'order.resume'
    | 'order.settle'
    | 'payment.reauthorize'
    | 'payment.write-off'
    | 'stock.restock';
  /** `unchanged` when the change was made before. */
  readonly result: 'done' | 'unchanged' | 'error' | 'dry-run';
  readonly message_id?: string;
  readonly order_id?: string | undefined;
  readonly refund_id?: string;
  readonly sku?: string;
  readonly delivery_id?: string;
  readonly quantity?: number;
  /** The operator's own words. */
  readonly reason?: string;
  /** Reason of the result `error`. */
  readonly error?: string;
  /** A redriven message's id in the order queue. */
  readonly new_message_id?: string;
}

/** Writes one line. */
export type Audit = (change: AuditedChange) => void;

/** Actor and place of the changes. */
export interface AuditContext {
  /** Undefined only for commands that change nothing. */
  readonly actor: string | undefined;
  readonly stage: string;
  readonly queue: string;
}

/** An audit log that writes through `write`. Its lines have the form of the services' logs. */
export function createAudit(context: AuditContext, write: (line: string) => void): Audit {
  const logger = createLogger('orders', 'info', { write }).child({ audit: true, ...context });
  return (change) => logger.info(change, `${change.action}: ${change.result}`);
}
