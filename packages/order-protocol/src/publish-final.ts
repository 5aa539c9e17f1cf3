/** Publishes the event of a decided order, as part of its settlement. */
import { toStatusEvent, toUnclaimedEvent } from '@order-pipeline/contracts/order-events';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { createSns } from '@order-pipeline/platform/aws';
import { observeAws } from '@order-pipeline/platform/observe/aws';
import { EventPublisher, type EventSink } from '@order-pipeline/platform/sns/event-publisher';
import { Registry } from 'prom-client';
import { hasFacts, type OrderStore } from './order-store.js';

/** Publishes the event of a final record. Repeating it publishes the same event again. @throws {EventNotPublishedError} */
export async function publishFinal(events: EventSink, record: OrderRecord): Promise<void> {
  if (hasFacts(record)) await events.publish(toStatusEvent(record));
}

/**
 * Publishes the event of an order that no worker ever claimed, and notes that on its record. A crash in between publishes the same
 * event again. @throws {EventNotPublishedError}
 */
export async function publishUnclaimed(
  events: EventSink,
  store: Pick<OrderStore, 'noteEventPublished'>,
  record: OrderRecord,
): Promise<void> {
  await events.publish(toUnclaimedEvent(record));
  await store.noteEventPublished(record.order_id);
}

/** A sink of events, with its connection. */
export interface EventOutlet extends EventSink {
  close(): void;
}

/** Options of `openEvents`. */
export interface EventOptions {
  readonly awsRegion: string;
  /** Undefined when events are not published. */
  readonly eventsTopicArn: string | undefined;
}

/** Tries of one call, and the time limit of each in milliseconds. */
const SNS_LIMITS = { maxAttempts: 4, requestTimeoutMs: 2_000 };

/** Connects to the topic. Without one, events are dropped. */
export function openEvents(
  { awsRegion, eventsTopicArn }: EventOptions,
  registry: Registry = new Registry(),
): EventOutlet {
  if (eventsTopicArn === undefined) return { publish: () => Promise.resolve(), close: () => undefined };
  const sns = observeAws(createSns({ region: awsRegion, ...SNS_LIMITS }), 'sns', registry);
  const publisher = new EventPublisher({ sns, topicArn: eventsTopicArn });
  return { publish: (event) => publisher.publish(event), close: () => sns.destroy() };
}
