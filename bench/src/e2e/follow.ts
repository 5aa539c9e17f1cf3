/** Follows an accepted order to its final state, as clients do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpConnection, type LoadResponse, toRequest } from '../load/http-connection.js';

/** A way to wait for an order: asking again and again, or asking once for a response when the order is final. */
export type FollowMode = 'polling' | 'Prefer: wait';

const POLL_MS = 50;
const WAIT_SECONDS = 20;
const GIVE_UP_MS = 30_000;

/** Returns a function that resolves with true when the order is COMPLETED, with false when it ends otherwise or too late. */
export function createFollower(
  mode: FollowMode,
): (response: LoadResponse, connection: HttpConnection) => Promise<boolean> {
  const headers: Record<string, string> = mode === 'polling' ? {} : { prefer: `wait=${WAIT_SECONDS}` };
  return async ({ body }, connection) => {
    const { pathname, search } = new URL(JSON.parse(body).poll_url);
    const request = toRequest('GET', pathname + search, headers);
    const endsAt = performance.now() + GIVE_UP_MS;
    while (performance.now() < endsAt) {
      if (mode === 'polling') await sleep(POLL_MS);
      const answer = await connection.send(request);
      if (answer.status !== 200) return false;
      const { status } = JSON.parse(answer.body);
      if (status !== 'PENDING' && status !== 'PROCESSING') return status === 'COMPLETED';
    }
    return false;
  };
}
