/** Bodies of the webhook calls. Their JSDoc is the OpenAPI schema, and the validation. */

/** Type of an event. */
export type SubscribedEventType =
  | 'order.completed'
  | 'order.rejected'
  | 'order.failed'
  | 'order.cancelled'
  | 'order.refunded';

/** An endpoint to register. */
export interface NewWebhookEndpoint {
  /**
   * Address that events are posted to. Outside local development it uses https and is reachable from the internet.
   * @format uri
   * @maxLength 2048
   * @example "https://shop.example.com/webhooks"
   */
  url: string;
  /**
   * `own`: events of the caller's orders. `all`: events of every order, for the shop's own systems; needs permission.
   * @default "own"
   * @example "own"
   */
  scope?: 'own' | 'all';
  /**
   * Types that are delivered. All types when absent or empty.
   * @maxItems 5
   * @example ["order.completed"]
   */
  event_types?: SubscribedEventType[];
  /**
   * Text for people.
   * @maxLength 256
   * @example "Warehouse"
   */
  description?: string;
}

/** Changes of an endpoint; what is absent stays as it is. */
export interface WebhookEndpointChanges {
  /**
   * Address that events are posted to.
   * @format uri
   * @maxLength 2048
   * @example "https://shop.example.com/webhooks"
   */
  url?: string;
  /**
   * Types that are delivered; empty for all.
   * @maxItems 5
   * @example ["order.completed"]
   */
  event_types?: SubscribedEventType[];
  /**
   * Text for people.
   * @maxLength 256
   * @example "Warehouse"
   */
  description?: string;
  /**
   * `disabled` stops deliveries; `enabled` resumes them for new events.
   * @example "enabled"
   */
  status?: 'enabled' | 'disabled';
}

/** A registered endpoint. */
export interface WebhookEndpointView {
  /**
   * Id of the endpoint.
   * @format uuid
   * @maxLength 36
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19"
   */
  endpoint_id: string;
  /**
   * Address that events are posted to.
   * @format uri
   * @maxLength 2048
   * @example "https://shop.example.com/webhooks"
   */
  url: string;
  /**
   * Orders whose events are delivered.
   * @example "own"
   */
  scope: 'own' | 'all';
  /**
   * Types that are delivered; empty for all.
   * @maxItems 5
   */
  event_types: SubscribedEventType[];
  /**
   * Text for people.
   * @maxLength 256
   * @example "Warehouse"
   */
  description?: string;
  /**
   * Status of the endpoint's deliveries.
   * @example "enabled"
   */
  status: 'enabled' | 'disabled';
  /**
   * `owner`: disabled by a call. `failing`: no delivery succeeded for three days.
   * @example "owner"
   */
  disabled_reason?: 'owner' | 'failing';
  /**
   * Time of registration.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:00.000Z"
   */
  created_at: string;
  /**
   * Time of the last change.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:00.000Z"
   */
  updated_at: string;
}

/** An endpoint with its signing secret, which is shown at no other time. */
export interface WebhookEndpointWithSecret extends WebhookEndpointView {
  /**
   * Secret of the signatures (Standard Webhooks).
   * @maxLength 128
   * @example "whsec_c2VjcmV0IG9mIGF0IGxlYXN0IDI0IGJ5dGVz"
   */
  secret: string;
}

/** Endpoints of the caller, oldest first. */
export interface WebhookEndpointPage {
  /**
   * The endpoints.
   * @maxItems 100
   */
  endpoints: WebhookEndpointView[];
  /**
   * Continues the list. Absent on the last page.
   * @maxLength 1024
   * @example "eyJlbmRwb2ludF9pZCI6IjAxOThjNWYyIn0"
   */
  next_cursor?: string;
}

/** Options of a rotation. */
export interface SecretRotation {
  /**
   * Time for which the old secret signs as well, in seconds.
   * @isInt
   * @minimum 0
   * @maximum 604800
   * @default 86400
   * @example 86400
   */
  overlap_seconds?: number;
}

/** A delivery of one event to one endpoint. */
export interface WebhookDeliveryView {
  /**
   * Id of the event, also in the header `webhook-id`.
   * @maxLength 256
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19:completed"
   */
  event_id: string;
  /**
   * Type of the event.
   * @maxLength 64
   * @example "order.completed"
   */
  event_type: string;
  /**
   * `failed`: all attempts were made. `skipped`: the endpoint was disabled.
   * @example "delivered"
   */
  status: 'pending' | 'delivered' | 'failed' | 'skipped';
  /**
   * Attempts that were made.
   * @isInt
   * @minimum 0
   * @maximum 1000
   * @example 1
   */
  attempts: number;
  /**
   * Time of the last attempt.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:00.000Z"
   */
  last_attempt_at?: string;
  /**
   * HTTP status of the last response.
   * @isInt
   * @minimum 100
   * @maximum 999
   * @example 204
   */
  last_status?: number;
  /**
   * Error of the last failed attempt.
   * @maxLength 300
   * @example "HTTP status 500"
   */
  last_error?: string;
  /**
   * Time of the next attempt of a pending delivery.
   * @format date-time
   * @maxLength 32
   * @example "2026-01-15T09:30:05.000Z"
   */
  next_attempt_at?: string;
}

/** Deliveries of an endpoint, newest first. */
export interface WebhookDeliveryPage {
  /**
   * The deliveries.
   * @maxItems 1000
   */
  deliveries: WebhookDeliveryView[];
  /**
   * Continues the list. Absent on the last page.
   * @maxLength 1024
   * @example "eyJlbmRwb2ludF9pZCI6IjAxOThjNWYyIn0"
   */
  next_cursor?: string;
}

/** An event that was queued for delivery. */
export interface QueuedEvent {
  /**
   * Id of the event.
   * @maxLength 256
   * @example "0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19:test"
   */
  event_id: string;
}
