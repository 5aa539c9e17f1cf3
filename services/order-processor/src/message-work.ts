/** Ties everything that is done for a message together: its log lines, its spans and the calls that it leads to. */
import { REDRIVEN_FROM_ATTRIBUTE } from '@order-pipeline/contracts/dead-letters';
import { parseTraceparent, type TraceContext } from '@order-pipeline/platform/tracing/trace-context';
import { startSpan } from '@order-pipeline/platform/tracing/tracer';
import { createWork, runWork, type Work } from '@order-pipeline/platform/work';

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
  const { request_id, traceparent, [REDRIVEN_FROM_ATTRIBUTE]: redrivenFrom } = message.attributes;
  const parent = parseTraceparent(traceparent);
  const links = [message.receivedBy, parseTraceparent(redrivenFrom)].filter((link) => link !== undefined);
  const span = startSpan({
    name: `process ${queue}`,
    kind: 'consumer',
    parent,
    links,
    attributes: {
      ...messagingAttributes(queue, 'process'),
      'messaging.message.id': message.id,
      'messaging.message.delivery_count': message.receiveCount,
    },
  });
  const work = createWork({ request_id }, span.context ?? parent);
  works.set(message, work);
  try {
    await runWork(work, action);
  } finally {
    span.set({ 'order.id': work.fields.order_id, 'order.attempt': work.fields.attempt });
    span.end();
  }
}

/** Runs `action` as part of the work on a message that is worked on. */
export function runForMessage<R>(message: TracedMessage, action: () => R): R {
  const work = works.get(message);
  return work ? runWork(work, action) : action();
}

/** Records the receive of messages that brought some: one span for all, linked to those that sent them. */
export function traceReceive(
  queue: string,
  traceparents: readonly (string | undefined)[],
  startTimeMs: number,
): TraceContext | undefined {
  const span = startSpan({
    name: `receive ${queue}`,
    kind: 'client',
    parent: undefined,
    links: traceparents.map(parseTraceparent).filter((link) => link !== undefined),
    startTimeMs,
    attributes: {
      ...messagingAttributes(queue, 'receive'),
      'messaging.batch.message_count': traceparents.length,
    },
  });
  span.end();
  return span.context;
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
