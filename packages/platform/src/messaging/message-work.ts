/** Ties everything that is done for a message together: its log lines, its spans and the calls that it leads to. */
import { REDRIVEN_FROM_ATTRIBUTE } from '@order-pipeline/contracts/dead-letters';
import { createTraceContext, parseTraceparent, type TraceContext } from '../tracing/trace-context.js';
import { enterTrace, isTracing, type SpanStart, startEntrySpan } from '../tracing/tracer.js';
import { createWork, runWork, type Work } from '../work.js';

/** A received message, as far as its trace needs it. */
export interface TracedMessage {
  readonly id: string;
  /** Number of receives, this one included. */
  readonly receiveCount: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** The span that received it, while tracing is on. */
  readonly receivedBy?: TraceContext | undefined;
}

const works = new WeakMap<TracedMessage, Work>();

/**
 * Runs the work on a message, acknowledgement included. Its span is a child of the span that sent the message, so that an
 * order has one trace however often it is delivered. It is linked to the receive, and to the span that dead-lettered a
 * message which was redriven.
 */
export async function runMessage(
  message: TracedMessage,
  queue: string,
  action: () => Promise<void>,
): Promise<void> {
  const { request_id, traceparent } = message.attributes;
  const parent = parseTraceparent(traceparent);
  const work = createWork({ request_id }, enterTrace(parent));
  const span = startEntrySpan(work.span, parent, () => describeProcess(message, queue));
  works.set(message, work);
  try {
    await runWork(work, action);
  } finally {
    if (span.context) span.set({ 'order.id': work.fields.order_id, 'order.attempt': work.fields.attempt });
    span.end();
  }
}

function describeProcess(
  { id, receiveCount, receivedBy, attributes }: TracedMessage,
  queue: string,
): SpanStart {
  const redrivenFrom = parseTraceparent(attributes[REDRIVEN_FROM_ATTRIBUTE]);
  return {
    name: `process ${queue}`,
    kind: 'consumer',
    links: [receivedBy, redrivenFrom].filter((link) => link !== undefined),
    attributes: {
      ...messagingAttributes(queue, 'process'),
      'messaging.message.id': id,
      'messaging.message.delivery_count': receiveCount,
    },
  };
}

/** Runs `action` as part of the work on a message that is worked on. */
export function runForMessage<R>(message: TracedMessage, action: () => R): R {
  const work = works.get(message);
  return work ? runWork(work, action) : action();
}

/**
 * Records the receive of messages, in a span for all that is linked to those that sent them. Returns undefined when the work on none
 * of them is recorded.
 */
export function traceReceive(
  queue: string,
  traceparents: readonly (string | undefined)[],
  startTimeMs: number,
): TraceContext | undefined {
  if (!isTracing()) return undefined;
  const links = traceparents
    .map(parseTraceparent)
    .filter((sender) => sender !== undefined && enterTrace(sender)?.sampled === true) as TraceContext[];
  if (links.length === 0) return undefined;
  const context = { ...createTraceContext(), sampled: true };
  startEntrySpan(context, undefined, () => ({
    name: `receive ${queue}`,
    kind: 'client',
    links,
    startTimeMs,
    attributes: {
      ...messagingAttributes(queue, 'receive'),
      'messaging.batch.message_count': traceparents.length,
    },
  })).end();
  return context;
}

/** Attributes of OpenTelemetry's conventions for messaging. */
export function messagingAttributes(queue: string, operation: 'send' | 'receive' | 'process') {
  return {
    'messaging.system': 'aws_sqs',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': queue,
  };
}

/** Returns the name of a queue by its URL. */
export function queueName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
