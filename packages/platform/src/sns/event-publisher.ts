/** Publishes order events to an SNS topic, in batches. */
import { PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import type { EventOrigin } from '@order-pipeline/contracts/webhooks';
import { Batcher, type EntryResult } from '../batcher.js';
import { currentOrigin, toTextAttributes } from '../messaging/origin.js';
import type { TraceContext } from '../tracing/trace-context.js';
import { underAll } from '../tracing/tracer.js';
import { currentWork } from '../work.js';

/** Entries of one PublishBatch call at most. */
const SNS_BATCH_SIZE = 10;

/** Bytes of one PublishBatch call at most, with room for attributes. */
const SNS_BATCH_BYTES = 240_000;

/** SNS did not take an event. Publishing it again is safe: consumers deduplicate by the event's id. */
class EventNotPublishedError extends Error {
  override readonly name = 'EventNotPublishedError';
}

/** Options of an `EventPublisher`. */
export interface EventPublisherOptions {
  readonly sns: Pick<SNSClient, 'send'>;
  readonly topicArn: string;
  /** Longest time that an event waits for others, in milliseconds. Default 20. */
  readonly lingerMs?: number;
}

/** Publishes events. */
export interface EventSink {
  /** Resolves when the topic has the event. @throws {EventNotPublishedError} when it is unknown whether it has */
  publish(event: OrderEvent): Promise<void>;
}

/** An event, with the request and the span of the work that it belongs to. */
interface PublishedEvent {
  readonly event: OrderEvent;
  readonly origin: EventOrigin;
  readonly span: TraceContext | undefined;
}

/** Publishes events to SNS. */
export class EventPublisher implements EventSink {
  readonly #batcher: Batcher<PublishedEvent, void>;
  readonly #options: EventPublisherOptions;

  constructor(options: EventPublisherOptions) {
    this.#options = options;
    this.#batcher = new Batcher({
      send: (events) => this.#send(events),
      maxEntries: SNS_BATCH_SIZE,
      maxSize: SNS_BATCH_BYTES,
      sizeOf: ({ event }) => Buffer.byteLength(JSON.stringify(event)),
      maxConcurrent: 8,
      // No caller waits for an event: it is published while an order is settled, after its end is visible.
      eager: false,
      maxWaitMs: options.lingerMs ?? 20,
    });
  }

  async publish(event: OrderEvent): Promise<void> {
    try {
      await this.#batcher.add({ event, origin: currentOrigin(), span: currentWork()?.span });
    } catch (cause) {
      throw new EventNotPublishedError(`the event ${event.id} was not published`, { cause });
    }
  }

  async #send(events: readonly PublishedEvent[]): Promise<EntryResult<void>[]> {
    const spans = events.map(({ span }) => span);
    const command = new PublishBatchCommand({
      TopicArn: this.#options.topicArn,
      PublishBatchRequestEntries: events.map(({ event, origin }, index) => ({
        Id: String(index),
        Message: JSON.stringify(event),
        MessageAttributes: toTextAttributes({ type: event.type, user_id: event.data.user_id, ...origin }),
      })),
    });
    const { Failed = [] } = await underAll(spans, () => this.#options.sns.send(command));
    const results: EntryResult<void>[] = events.map(() => ({ value: undefined }));
    for (const { Id, Code } of Failed)
      results[Number(Id)] = { error: new Error(`SNS: ${Code ?? 'unknown'}`) };
    return results;
  }
}
