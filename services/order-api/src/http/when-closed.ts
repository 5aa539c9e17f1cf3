/** Clients that go away. */
import type { Response } from 'express';

/**
 * Calls the listener once the connection of a response is closed: at once if that has happened already, since `close` is
 * emitted only once and a client may leave while its request is still being checked.
 */
export function whenClosed(response: Pick<Response, 'destroyed' | 'once'>, listener: () => void): void {
  if (response.destroyed) listener();
  else response.once('close', listener);
}
