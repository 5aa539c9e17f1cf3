/** An order's status changes as server-sent events (HTML standard, section 9.2). */
import { ORDER_STATUSES } from '@order-pipeline/contracts/orders';
import type { Response } from 'express';
import type { Order } from '../decide/view.js';
import { whenClosed } from '../http/when-closed.js';
import { progressOf } from './decide/progress.js';
import type { OwnOrder } from './own-body.js';
import type { WaitingRoom } from './waiting-room.js';

/** After this the stream ends and the client reconnects, with the id of the last event. */
const MAX_STREAM_MS = 300_000;

/** Delay before a client reconnects, in milliseconds. */
const RETRY_MS = 2_000;

/**
 * Starts a stream: one event a status until the order is final, the client goes away or the process stops. A client that
 * reconnects names the last status that it has seen and gets later ones only; one that has seen the end gets 204, after
 * which it stays away. Resolves as soon as the head is sent, so that nothing of the request is kept for the stream.
 *
 * @throws {ProblemError} `unavailable` when too many clients wait.
 * @throws {StoreUnavailableError} when the order cannot be read before the stream has begun.
 */
export async function startEvents(
  room: WaitingRoom,
  own: OwnOrder,
  lastEventId: string | undefined,
  response: Response,
): Promise<void> {
  const seen = ORDER_STATUSES.find((status) => status === lastEventId);
  const seenProgress = seen ? progressOf(seen) : -1;
  if (seenProgress === 2) {
    response.status(204).end();
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const leave = room.enter({
      ...own,
      maxMs: MAX_STREAM_MS,
      onOrder: (order) => {
        begin(response);
        if (progressOf(order.status) > seenProgress) response.write(toEvent(order));
        resolve();
      },
      onEnd: () => {
        begin(response);
        response.end();
        resolve();
      },
      onError: (error) => {
        reject(error);
        if (response.headersSent) response.destroy();
      },
      onQuiet: () => response.write(': waiting\n\n'),
    });
    whenClosed(response, () => {
      leave();
      resolve();
    });
  });
}

function begin(response: Response): void {
  if (response.headersSent) return;
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  // Alone, so that the head is one text and not a chain of its hundred parts for as long as the stream lasts.
  response.flushHeaders();
  response.write(`retry: ${RETRY_MS}\n\n`);
}

function toEvent(order: Order): string {
  return `event: status\nid: ${order.status}\ndata: ${JSON.stringify(order)}\n\n`;
}
