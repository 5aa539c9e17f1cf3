/** Decides what becomes of a stream and its deliveries. */

import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import type { WebhookDelivery, WebhookEndpoint, WebhookStream } from '@order-pipeline/contracts/webhooks';

/** The next step of a stream: the first pending delivery, which bars all later ones. */
export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'attempt'; readonly delivery: WebhookDelivery };

/** Returns the next step of a stream at a time. */
export function decideStep(stream: WebhookStream, nowMs: number): NextStep {
  const delivery = stream.deliveries.find(({ status }) => status === 'pending');
  if (!delivery) return { kind: 'done' };
  if (delivery.next_attempt_at > nowMs) return { kind: 'wait', delayMs: delivery.next_attempt_at - nowMs };
  return { kind: 'attempt', delivery };
}

/** Result of an attempt. */
export type AttemptResult =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'failed';
      readonly status?: number;
      readonly error: string;
      /** Milliseconds until the next attempt; undefined when it was the last one. */
      readonly nextDelayMs: number | undefined;
    }
  | { readonly kind: 'skipped' };

/** Longest error that is kept with a delivery. */
const MAX_ERROR_LENGTH = 300;

/** Returns a delivery after an attempt. */
export function applyResult(
  delivery: WebhookDelivery,
  result: AttemptResult,
  nowMs: number,
): WebhookDelivery {
  if (result.kind === 'skipped') return { ...delivery, status: 'skipped' };
  const { last_error: _error, last_status: _status, ...rest } = delivery;
  const attempted = {
    ...rest,
    attempts: delivery.attempts + 1,
    last_attempt_at: new Date(nowMs).toISOString(),
    ...(result.status !== undefined && { last_status: result.status }),
  };
  if (result.kind === 'delivered') return { ...attempted, status: 'delivered' };
  const failed = { ...attempted, last_error: result.error.slice(0, MAX_ERROR_LENGTH) };
  return result.nextDelayMs === undefined
    ? { ...failed, status: 'failed' }
    : { ...failed, next_attempt_at: nowMs + result.nextDelayMs };
}

/** Returns true when an endpoint receives an event. */
export function receives(endpoint: WebhookEndpoint, event: OrderEvent): boolean {
  if (endpoint.status !== 'enabled') return false;
  if (endpoint.scope === 'own' && endpoint.owner !== event.data.user_id) return false;
  return receivesType(endpoint, event.type);
}

/** Returns true when an endpoint receives events of a type. */
export function receivesType(
  { event_types }: Pick<WebhookEndpoint, 'event_types'>,
  type: OrderEvent['type'],
): boolean {
  return event_types.length === 0 || event_types.includes(type);
}
