/** The table of webhook deliveries: one item for the events of an order to an endpoint, in their sequence. */
import {
  addDelivery,
  newDelivery,
  newStream,
  streamExpiry,
  streamIdOf,
  type WebhookDelivery,
  type WebhookStream,
} from '@order-pipeline/contracts/webhooks';
import { z } from 'zod';
import type { DynamoClient, Item } from '../dynamo/client.js';
import { ConditionFailedError, StoreUnavailableError } from '../dynamo/errors.js';
import { createItemParser } from '../dynamo/parse.js';
import { type Page, type PageToken, Table } from '../dynamo/table.js';
import { currentOrigin } from '../messaging/origin.js';

const deliverySchema = z.looseObject({
  event: z.looseObject({ id: z.string(), type: z.string(), subject: z.string(), time: z.string() }),
  status: z.enum(['pending', 'delivered', 'failed', 'skipped']),
  attempts: z.int(),
  next_attempt_at: z.number(),
  last_status: z.number().exactOptional(),
  last_error: z.string().exactOptional(),
  last_attempt_at: z.string().exactOptional(),
  origin: z
    .looseObject({ request_id: z.string().exactOptional(), traceparent: z.string().exactOptional() })
    .exactOptional(),
});

const parseStream = createItemParser<WebhookStream>(
  z.looseObject({
    stream_id: z.string(),
    endpoint_id: z.string(),
    subject: z.string(),
    deliveries: z.array(deliverySchema as unknown as z.ZodType<WebhookDelivery>),
    event_ids: z.array(z.string()),
    lease_until: z.number(),
    version: z.int(),
    created_at: z.string(),
    expires_at: z.number(),
  }),
);

const keyOnly = {
  attributes: ['stream_id'],
  parse: createItemParser(z.looseObject({ stream_id: z.string() })),
};

/** Writes of one change, the first included, when others change the stream at the same time. */
const WRITE_TRIES = 10;

/** A stream that another worker owns. */
export interface LeasedStream {
  readonly kind: 'leased';
  /** Epoch milliseconds. */
  readonly until: number;
}

/** A stream that the caller owns until its lease expires. */
export interface OwnedStream {
  readonly kind: 'owned';
  readonly stream: WebhookStream;
}

/** Reads and writes streams of deliveries. Every method rejects with StoreUnavailableError when a retry may help. */
export class WebhookDeliveryStore {
  readonly #table: Table<WebhookStream>;

  constructor(dynamo: DynamoClient, tableName: string) {
    this.#table = new Table(dynamo, { name: tableName, keyName: 'stream_id', parse: parseStream });
  }

  /**
   * Adds an event of the current work to its stream, in its sequence, unless it is there already. A refund is held for `holdMs` when the event of its
   * order's terminal status is not there yet. Deliveries belong to the request and the trace of the current work. Returns the stream's id.
   */
  async append(
    endpointId: string,
    event: WebhookDelivery['event'],
    nowMs: number,
    holdMs = 0,
  ): Promise<string> {
    const streamId = streamIdOf(endpointId, event.subject);
    const origin = currentOrigin();
    try {
      await this.#table.create(newStream(endpointId, event, nowMs, holdMs, origin));
      return streamId;
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
    }
    for (let tries = 0; tries < WRITE_TRIES; tries++) {
      const stream = await this.#table.get(streamId);
      if (!stream) return await this.append(endpointId, event, nowMs, holdMs);
      if (stream.event_ids.includes(event.id)) return streamId;
      const deliveries = addDelivery(stream.deliveries, event, nowMs, holdMs, origin);
      const eventIds = [...stream.event_ids, event.id];
      if (await this.#write(stream, { deliveries, event_ids: eventIds, expires_at: streamExpiry(nowMs) }))
        return streamId;
    }
    throw new StoreUnavailableError(`The stream ${streamId} changes too fast`);
  }

  /** Takes the lease of a stream, so that its deliveries keep their sequence. Returns undefined when there is no stream. */
  async lease(
    streamId: string,
    nowMs: number,
    leaseMs: number,
  ): Promise<OwnedStream | LeasedStream | undefined> {
    const stream = await this.#table.get(streamId);
    if (!stream) return undefined;
    if (stream.lease_until > nowMs) return { kind: 'leased', until: stream.lease_until };
    const owned = await this.#write(stream, { lease_until: nowMs + leaseMs });
    return owned ? { kind: 'owned', stream: owned } : { kind: 'leased', until: nowMs };
  }

  /**
   * Changes the deliveries of a stream that the caller owns, and its lease. Events that others appended meanwhile are kept.
   * Returns undefined when the lease has passed to another worker.
   */
  async record(
    stream: WebhookStream,
    change: (deliveries: readonly WebhookDelivery[]) => readonly WebhookDelivery[],
    leaseUntil: number,
    nowMs: number,
  ): Promise<WebhookStream | undefined> {
    let current: WebhookStream | undefined = stream;
    for (let tries = 0; tries < WRITE_TRIES; tries++) {
      if (current?.lease_until !== stream.lease_until) return undefined;
      const deliveries = change(current.deliveries);
      const changes = { deliveries, lease_until: leaseUntil, expires_at: streamExpiry(nowMs) };
      const written = await this.#write(current, changes);
      if (written) return written;
      current = await this.#table.get(stream.stream_id);
    }
    throw new StoreUnavailableError(`The stream ${stream.stream_id} changes too fast`);
  }

  /**
   * Makes a finished delivery pending again. Returns it, or undefined when the stream has no such event. A pending one
   * stays as it is.
   */
  async redeliver(streamId: string, eventId: string, nowMs: number): Promise<WebhookDelivery | undefined> {
    for (let tries = 0; tries < WRITE_TRIES; tries++) {
      const stream = await this.#table.get(streamId);
      const delivery = stream?.deliveries.find(({ event }) => event.id === eventId);
      if (!stream || !delivery || delivery.status === 'pending') return delivery;
      const again = newDelivery(delivery.event, nowMs, delivery.origin);
      const deliveries = stream.deliveries.map((other) => (other === delivery ? again : other));
      if (await this.#write(stream, { deliveries, expires_at: streamExpiry(nowMs) })) return again;
    }
    throw new StoreUnavailableError(`The stream ${streamId} changes too fast`);
  }

  /** Returns a stream, or undefined when there is none. */
  async get(streamId: string): Promise<WebhookStream | undefined> {
    return await this.#table.get(streamId);
  }

  /** Returns a page of the streams of an endpoint, newest first. */
  async listByEndpoint(
    endpointId: string,
    limit: number,
    pageToken?: PageToken,
  ): Promise<Page<WebhookStream>> {
    const { items, ...rest } = await this.#table.query({
      index: 'by_endpoint',
      hashKey: { name: 'endpoint_id', value: endpointId },
      projection: keyOnly,
      limit,
      descending: true,
      pageToken,
    });
    const found = await this.#table.getAll(items.map(({ stream_id }) => stream_id));
    return { items: found.toSorted((a, b) => (a.created_at > b.created_at ? -1 : 1)), ...rest };
  }

  async #write(stream: WebhookStream, changes: Item): Promise<WebhookStream | undefined> {
    const set = { ...changes, version: stream.version + 1 };
    try {
      return await this.#table.updateAndGet(stream.stream_id, {
        update: `SET ${Object.keys(set)
          .map((name) => `#${name} = :${name}`)
          .join(', ')}`,
        condition: '#version = :condition_version',
        values: {
          ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
          ':condition_version': stream.version,
        },
      });
    } catch (error) {
      if (error instanceof ConditionFailedError) return undefined;
      throw error;
    }
  }
}
