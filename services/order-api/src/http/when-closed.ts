/** Clients that go away. */
import type { Response } from 'express';

/**
 * Calls the listener when the connection of a response closes, or immediately if it is closed already. `close` is emitted only
 * once, and a client may disconnect while its request is still being checked.
 */
export function whenClosed(response: Pick<Response, 'destroyed' | 'once'>, listener: () => void): void {
  if (response.destroyed) listener();
  else response.once('close', listener);
}
