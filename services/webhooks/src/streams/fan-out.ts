/** Appends an order event to the stream of each endpoint that receives it. */
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import { REFUND_HOLD_MS, toSystemEvent, type WebhookEndpoint } from '@order-pipeline/contracts/webhooks';
import type { Clock } from '@order-pipeline/platform/clock';
import type { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import type { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import { receives, receivesType } from './decide.js';

/** Dependencies of the fan-out. */
export interface FanOutDeps {
  readonly deliveries: WebhookDeliveryStore;
  readonly directory: EndpointDirectory;
  readonly clock: Clock;
  /** Queues a stream with a delivery that is due. */
  readonly enqueue: (streamId: string) => Promise<void>;
}

/** Appends and queues the event for every endpoint that receives it. Repeating it changes nothing. */
export async function fanOut(
  { deliveries, directory, clock, enqueue }: FanOutDeps,
  event: OrderEvent,
): Promise<void> {
  const endpoints = (await directory.enabled()).filter((endpoint) => receives(endpoint, event));
  await Promise.all(
    endpoints.map(async (endpoint) => {
      const holdMs = receivesType(endpoint, 'order.completed') ? REFUND_HOLD_MS : 0;
      await enqueue(await deliveries.append(endpoint.endpoint_id, event, clock(), holdMs));
    }),
  );
}

/** Notifies the owner's other endpoints that one was disabled because it kept failing. Idempotent. */
export async function announceDisabled(
  { deliveries, directory, clock, enqueue }: FanOutDeps,
  disabled: WebhookEndpoint,
): Promise<void> {
  const { endpoint_id, owner, updated_at } = disabled;
  const event = toSystemEvent(
    'webhook.endpoint_disabled',
    endpoint_id,
    `disabled-${endpoint_id}-${Date.parse(updated_at)}`,
    updated_at,
  );
  const others = (await directory.enabled()).filter(
    (endpoint) => endpoint.owner === owner && endpoint.endpoint_id !== endpoint_id,
  );
  await Promise.all(
    others.map(async (other) => enqueue(await deliveries.append(other.endpoint_id, event, clock()))),
  );
}

/** The enabled endpoints, read again when the list is too old. */
export class EndpointDirectory {
  readonly #store: WebhookEndpointStore;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  #current: { readonly endpoints: Promise<WebhookEndpoint[]>; readonly readAt: number } | undefined;

  /** `maxAgeMs` is also the time after which a new endpoint receives events. */
  constructor(store: WebhookEndpointStore, clock: Clock, maxAgeMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Returns the enabled endpoints. A failed read is not kept. */
  enabled(): Promise<WebhookEndpoint[]> {
    const now = this.#clock();
    if (this.#current && now - this.#current.readAt < this.#maxAgeMs) return this.#current.endpoints;
    const entry = { endpoints: this.#store.listEnabled(), readAt: now };
    this.#current = entry;
    entry.endpoints.catch(() => {
      if (this.#current === entry) this.#current = undefined;
    });
    return entry.endpoints;
  }
}
