/** Signs deliveries by the Standard Webhooks specification. */
import type { WebhookSecret } from '@order-pipeline/contracts/webhooks';
import { Webhook } from 'standardwebhooks';

/** Header fields of a delivery. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** Returns the header fields for a body, with one signature for each secret that has not expired. */
export function signDelivery(
  eventId: string,
  body: string,
  secrets: readonly WebhookSecret[],
  nowMs: number,
): SignatureHeaders {
  const at = new Date(nowMs);
  const active = secrets.filter(({ expires_at }) => expires_at === undefined || expires_at > nowMs);
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': active.map(({ secret }) => new Webhook(secret).sign(eventId, at, body)).join(' '),
  };
}
