/** An order's status changes as server-sent events (HTML standard, section 9.2). */

import { ORDER_STATUSES } from '@order-pipeline/contracts/orders';
import type { Response } from 'express';
import type { Order } from '../decide/view.js';
import { progressOf } from './decide/progress.js';
import { type WatchServices, watchOrder } from './watch-order.js';

/** Comments keep proxies from taking a quiet stream for a dead one. */
const HEARTBEAT_MS = 15_000;

/** After this the stream ends and the client comes back by itself, with the id of the last event. */
const MAX_STREAM_MS = 300_000;

/** How long a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2_000;

/**
 * Writes one event a status until the order is final, the client goes away or `stopping` is aborted. A client that
 * comes back names the last status that it has seen and is told later ones only; one that has seen the end is told
 * so with 204, after which it stays away.
 */
export async function sendEvents(
  services: WatchServices,
  orderId: string,
  lastEventId: string | undefined,
  response: Response,
  stopping: AbortSignal,
): Promise<void> {
  const seen = ORDER_STATUSES.find((status) => status === lastEventId);
  const seenProgress = seen ? progressOf(seen) : -1;
  if (seenProgress === 2) {
    response.status(204).end();
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, stopping, AbortSignal.timeout(MAX_STREAM_MS)]);
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    for await (const order of watchOrder(services, orderId, signal)) {
      if (!response.headersSent) {
        response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
        response.write(`retry: ${RETRY_MS}\n\n`);
        heartbeat = setInterval(() => response.write(': waiting\n\n'), HEARTBEAT_MS);
      }
      if (progressOf(order.status) > seenProgress) response.write(toEvent(order));
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
}

function toEvent(order: Order): string {
  return `event: status\nid: ${order.status}\ndata: ${JSON.stringify(order)}\n\n`;
}
