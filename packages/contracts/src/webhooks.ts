/** Webhook endpoints and their deliveries as order-api and webhooks store them, and the messages between the two. */
import type { OrderEvent, OrderEventType } from './order-events.js';

/** A signing secret of an endpoint: `whsec_` and base64. */
export interface WebhookSecret {
  readonly secret: string;
  /** Epoch milliseconds from which the secret no longer signs. Absent on the current secret. */
  readonly expires_at?: number;
}

/** State of an endpoint. */
export type WebhookEndpointStatus = 'enabled' | 'disabled';

/** An item of the table `webhook_endpoints`. */
export interface WebhookEndpoint {
  readonly endpoint_id: string;
  /** User who registered the endpoint. */
  readonly owner: string;
  readonly url: string;
  /** `own`: events of the owner's orders. `all`: events of every order, for the shop's own systems. */
  readonly scope: 'own' | 'all';
  /** Event types that are delivered; empty for all. */
  readonly event_types: readonly OrderEventType[];
  readonly status: WebhookEndpointStatus;
  /** Reason of the last change of `status`: by its owner, or after persistent failure. */
  readonly disabled_reason?: 'owner' | 'failing';
  readonly description?: string;
  /** The first one is current; the others sign too until they expire. */
  readonly secrets: readonly WebhookSecret[];
  /** Time of the first failure since the last success, epoch milliseconds. */
  readonly failing_since?: number;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
  /** RFC 3339 in UTC. */
  readonly updated_at: string;
}

/** State of one delivery. `failed`: all attempts were made. `skipped`: the endpoint was disabled when it was due. */
export type WebhookDeliveryStatus = 'pending' | 'delivered' | 'failed' | 'skipped';

/** Request and trace that an event comes from. */
export interface EventOrigin {
  readonly request_id?: string;
  /** W3C Trace Context. */
  readonly traceparent?: string;
}

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  readonly event: OrderEvent | WebhookSystemEvent;
  /** Absent when it is not known. */
  readonly origin?: EventOrigin;
  readonly status: WebhookDeliveryStatus;
  /** Attempts that were made. */
  readonly attempts: number;
  /** Epoch milliseconds before which no attempt is made. */
  readonly next_attempt_at: number;
  /** HTTP status of the last response; absent when there was none. */
  readonly last_status?: number;
  /** Error of the last failed attempt. */
  readonly last_error?: string;
  /** RFC 3339 in UTC; time of the last attempt. */
  readonly last_attempt_at?: string;
}

/**
 * An event about webhooks themselves: `webhook.test` tries an endpoint, `webhook.endpoint_disabled` notifies the
 * owner's other endpoints that one was disabled because it kept failing.
 */
export interface WebhookSystemEvent extends Omit<OrderEvent, 'type' | 'data' | 'dataschema'> {
  readonly type: 'webhook.test' | 'webhook.endpoint_disabled';
  readonly data: { readonly endpoint_id: string };
}

/** An item of the table `webhook_deliveries`: the deliveries of one order's events to one endpoint, in their sequence. */
export interface WebhookStream {
  /** `streamIdOf(endpoint_id, subject)`. */
  readonly stream_id: string;
  readonly endpoint_id: string;
  /** Order id, or the id of a test event. */
  readonly subject: string;
  readonly deliveries: readonly WebhookDelivery[];
  /** Ids of the events in `deliveries`. */
  readonly event_ids: readonly string[];
  /** Epoch milliseconds until which one worker owns the stream. */
  readonly lease_until: number;
  /** Changes with each write; the condition of the next one. */
  readonly version: number;
  /** RFC 3339 in UTC; time of the first event. */
  readonly created_at: string;
  /** Epoch seconds from which DynamoDB deletes the item. */
  readonly expires_at: number;
}

/** Key of the stream of a subject's events to an endpoint. */
export function streamIdOf(endpointId: string, subject: string): string {
  return `${endpointId}#${subject}`;
}

/** Returns the subject of a stream from its key: an order id, or the id of an event about webhooks. */
export function subjectOfStream(streamId: string): string {
  return streamId.slice(streamId.indexOf('#') + 1);
}

/** Returns the subject of an event from its id: the text before the first colon. */
export function subjectOfEvent(eventId: string): string {
  return eventId.split(':', 1)[0] ?? eventId;
}

/** A message of the webhook queue that names a stream with a delivery that is due. */
export interface DeliverMessage {
  readonly kind: 'deliver';
  readonly stream_id: string;
}

/** Body of a `DeliverMessage`. */
export function encodeDeliverMessage(streamId: string): string {
  return JSON.stringify({ kind: 'deliver', stream_id: streamId } satisfies DeliverMessage);
}

/** Returns the stream id of a `DeliverMessage`, or undefined when the body is another message. */
export function decodeDeliverMessage(body: string): string | undefined {
  try {
    const message = JSON.parse(body) as Partial<DeliverMessage> | null;
    return message?.kind === 'deliver' && typeof message.stream_id === 'string'
      ? message.stream_id
      : undefined;
  } catch {
    return undefined;
  }
}

/** Creates an event about the endpoint `endpointId`. Its id begins with its subject, as the ids of order events do. */
export function toSystemEvent(
  type: WebhookSystemEvent['type'],
  endpointId: string,
  subject: string,
  time: string,
): WebhookSystemEvent {
  return {
    specversion: '1.0',
    id: `${subject}:${type.slice('webhook.'.length)}`,
    source: '/order-pipeline/webhooks',
    type,
    subject,
    time,
    datacontenttype: 'application/json',
    data: { endpoint_id: endpointId },
  };
}

/** Days that deliveries are kept after their last write. */
const KEPT_DAYS = 30;

/** Epoch seconds at which a stream written now expires. */
export function streamExpiry(nowMs: number): number {
  return Math.floor(nowMs / 1_000) + KEPT_DAYS * 86_400;
}

/** Creates a stream with one pending delivery, which is held for `holdMs` when it is a refund. */
export function newStream(
  endpointId: string,
  event: WebhookDelivery['event'],
  nowMs: number,
  holdMs = 0,
  origin?: EventOrigin,
): WebhookStream {
  return {
    stream_id: streamIdOf(endpointId, event.subject),
    endpoint_id: endpointId,
    subject: event.subject,
    deliveries: addDelivery([], event, nowMs, holdMs, origin),
    event_ids: [event.id],
    lease_until: 0,
    version: 1,
    created_at: new Date(nowMs).toISOString(),
    expires_at: streamExpiry(nowMs),
  };
}

/**
 * Time that a refund waits for the event of its order's terminal status, in milliseconds: queues may invert them. An endpoint that was
 * registered between the two gets the refund afterwards.
 */
export const REFUND_HOLD_MS = 20_000;

/**
 * Returns the deliveries of a stream with another event, in the sequence of the events' times as far as they are pending. A refund
 * that comes before the terminal status of its order is held for `holdMs`, or until that arrives.
 */
export function addDelivery(
  deliveries: readonly WebhookDelivery[],
  event: WebhookDelivery['event'],
  nowMs: number,
  holdMs: number,
  origin?: EventOrigin,
): WebhookDelivery[] {
  const isEarly =
    event.type === 'order.refunded' && deliveries.every(({ event: { type } }) => type === 'order.refunded');
  const added = newDelivery(event, isEarly ? nowMs + holdMs : nowMs, origin);
  const index = deliveries.findIndex(
    ({ status, event: other }) => status === 'pending' && other.time > event.time,
  );
  if (index < 0) return [...deliveries, added];
  const later = deliveries
    .slice(index)
    .map((one) =>
      one.attempts === 0 ? { ...one, next_attempt_at: Math.min(one.next_attempt_at, nowMs) } : one,
    );
  return [...deliveries.slice(0, index), added, ...(isEarly ? deliveries.slice(index) : later)];
}

/** Creates a pending delivery that is due at a time, in epoch milliseconds. */
export function newDelivery(
  event: WebhookDelivery['event'],
  dueMs: number,
  origin?: EventOrigin,
): WebhookDelivery {
  return { event, ...(origin && { origin }), status: 'pending', attempts: 0, next_attempt_at: dueMs };
}
