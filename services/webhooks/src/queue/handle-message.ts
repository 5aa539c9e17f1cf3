/** Handles one message of the webhook queue. */
import { MalformedEventError, parseOrderEvent } from '@order-pipeline/contracts/order-events';
import { decodeDeliverMessage, subjectOfStream } from '@order-pipeline/contracts/webhooks';
import { addFields } from '@order-pipeline/platform/work';
import { type DeliverDeps, deliverStream } from '../streams/deliver.js';
import { type FanOutDeps, fanOut } from '../streams/fan-out.js';

/** Acknowledgement of a message. */
export type Acknowledgement =
  | { readonly kind: 'delete' }
  | { readonly kind: 'defer'; readonly delayMs: number }
  | { readonly kind: 'dead-letter'; readonly reason: string };

/**
 * Handles a message body, as part of its work; every later log line of that names the order. Rejects when a dependency failed: the message then
 * becomes visible again.
 */
export async function handleMessage(deps: DeliverDeps & FanOutDeps, body: string): Promise<Acknowledgement> {
  const streamId = decodeDeliverMessage(body);
  if (streamId !== undefined) {
    addFields({ order_id: subjectOfStream(streamId) });
    const result = await deliverStream(deps, streamId);
    return result.kind === 'done' ? { kind: 'delete' } : { kind: 'defer', delayMs: result.delayMs };
  }
  try {
    const event = parseOrderEvent(body);
    addFields({ order_id: event.subject });
    await fanOut(deps, event);
    return { kind: 'delete' };
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    return { kind: 'dead-letter', reason: error.message };
  }
}
