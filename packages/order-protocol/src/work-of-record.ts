/** Work on an order that was read from its record, without a message. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import type { CallerContext } from '@order-pipeline/platform/rpc/context';
import { continueTrace, formatTraceparent } from '@order-pipeline/platform/tracing/trace-context';
import { createWork, type Work } from '@order-pipeline/platform/work';

/** Fields of a record that tie it to the request that placed the order. */
export type RecordOrigin = Pick<OrderRecord, 'order_id' | 'request_id' | 'trace_id'> & {
  readonly attempt?: number;
};

/**
 * Creates the work on an order: its log lines, its calls and its events belong to the request and to the trace that placed the
 * order. Nothing of it is recorded, since the record does not show whether the trace is.
 */
export function workOfRecord({ order_id, request_id, trace_id, attempt }: RecordOrigin): Work {
  return createWork({ order_id, request_id, trace_id, attempt }, continueTrace(trace_id));
}

/** Returns the request and the trace that placed an order, for messages that carry it again. */
export function originOfRecord({ request_id, trace_id }: RecordOrigin): CallerContext {
  const trace = continueTrace(trace_id);
  return { requestId: request_id, traceparent: trace && formatTraceparent(trace) };
}
