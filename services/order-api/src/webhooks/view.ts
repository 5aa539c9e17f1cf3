/** Endpoints and deliveries as the API shows them. */
import type { WebhookDelivery, WebhookEndpoint } from '@order-pipeline/contracts/webhooks';
import type { WebhookDeliveryView, WebhookEndpointView } from './models.js';

/** Returns an endpoint without its owner and secrets. */
export function toEndpointView(endpoint: WebhookEndpoint): WebhookEndpointView {
  const { owner: _owner, secrets: _secrets, failing_since: _since, event_types, ...view } = endpoint;
  return { ...view, event_types: [...event_types] };
}

/** Returns a delivery without its event. */
export function toDeliveryView({
  event,
  // Internal: the request and trace of the event.
  origin: _,
  next_attempt_at,
  ...delivery
}: WebhookDelivery): WebhookDeliveryView {
  return {
    event_id: event.id,
    event_type: event.type,
    ...delivery,
    ...(delivery.status === 'pending' && { next_attempt_at: new Date(next_attempt_at).toISOString() }),
  };
}
