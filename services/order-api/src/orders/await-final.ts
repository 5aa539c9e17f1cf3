/** Holds the response to a poll back until its order is final. */
import { isFinal } from '@order-pipeline/contracts/orders';
import type { Response } from 'express';
import { type Order, toOrder } from '../decide/view.js';
import { whenClosed } from '../http/when-closed.js';
import type { OwnOrder } from './own-body.js';
import type { WaitingRoom } from './waiting-room.js';

/**
 * Returns the order once it is final, or its current state after `maxMs`, when the process stops or the client has
 * gone.
 *
 * @throws {ProblemError} `unavailable` when too many clients wait.
 * @throws {StoreUnavailableError} when the order cannot be read.
 */
export async function awaitFinal(
  room: WaitingRoom,
  own: OwnOrder,
  maxMs: number,
  response: Pick<Response, 'destroyed' | 'once'>,
): Promise<Order> {
  const final = await new Promise<Order | undefined>((resolve, reject) => {
    let latest: Order | undefined;
    const leave = room.enter({
      ...own,
      maxMs,
      onOrder: (order) => {
        latest = order;
      },
      onEnd: () => resolve(latest && isFinal(latest.status) ? latest : undefined),
      onError: reject,
    });
    whenClosed(response, () => {
      leave();
      resolve(undefined);
    });
  });
  if (final) return final;
  // Nobody reads the response of a client that has gone.
  return toOrder(own.orderId, response.destroyed ? undefined : await own.find(own.orderId));
}
