/** A webhook endpoint, registered through the API of the running tasks, and the delivery of an order's event to it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Options of the trial. */
export interface WebhookTrialOptions {
  /** Base URL of order-api. */
  readonly api: string;
  readonly token: string;
  /** Places an order that completes. */
  readonly placeOrder: () => Promise<unknown>;
}

/** A name that never resolves (RFC 2606): the attempt fails, and is recorded. */
const ENDPOINT = 'https://merchant.invalid/webhooks';

const LIMIT_MS = 60_000;
/** Slow enough for the quota of the user. */
const POLL_MS = 2_000;

interface Delivery {
  readonly event_type: string;
  readonly attempts: number;
  readonly last_error?: string;
}

/**
 * Registers an endpoint, places an order and waits until its event was attempted: the topic, the subscription, the queue and
 * the roles of both services work.
 */
export async function tryWebhooks({ api, token, placeOrder }: WebhookTrialOptions): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${api}${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  const body = JSON.stringify({ url: ENDPOINT });
  const { endpoint_id: id } = await call<{ endpoint_id: string }>('/webhook-endpoints', {
    method: 'POST',
    body,
  });
  // The service reads its list of endpoints again after two seconds.
  await sleep(2_500);
  await placeOrder();
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(POLL_MS)) {
    const { deliveries } = await call<{ deliveries: Delivery[] }>(`/webhook-endpoints/${id}/deliveries`);
    const attempted = deliveries.find(({ attempts, last_error }) => attempts > 0 && last_error);
    if (attempted) return `WEBHOOK_${attempted.event_type}`;
  }
  throw new Error(`No event of an order was attempted for ${ENDPOINT}`);
}
