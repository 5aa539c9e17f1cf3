/** Decides whether work on a message failed because a service is down, and not because of the message. */
import { ConnectError } from '@connectrpc/connect';
import { eachClient, type Scoring } from '@order-pipeline/order-protocol/scoring';
import { failureOf } from '@order-pipeline/platform/rpc/breaker';
import { countsAgainstService } from '@order-pipeline/platform/rpc/decide/failure';
import { outageOf } from '@order-pipeline/platform/rpc/outage';

/**
 * Maximum number of outages that health checks may find during one receive of a message. The limit ensures that a message
 * which takes a service down on every attempt is dead-lettered eventually.
 */
const MAX_CHECKED_OUTAGES = 3;

/** Number of outages found while each message, one receive of it, was worked on. */
const found = new WeakMap<object, number>();

/**
 * Returns true when the work failed because a service is down: the error names an outage, or a call got no useful response and the
 * health check of a service fails as well. Without the check, each worker in turn would spend receives of the message until
 * its own breaker opens. Never rejects.
 */
export async function metOutage(scoring: Scoring, error: unknown, message: object): Promise<boolean> {
  if (outageOf(error) !== undefined) return true;
  if (!(error instanceof ConnectError) || !countsAgainstService(failureOf(error))) return false;
  const before = found.get(message) ?? 0;
  if (before >= MAX_CHECKED_OUTAGES) return false;
  const serving = await Promise.all(eachClient(scoring).map((client) => client.isServing()));
  if (serving.every(Boolean)) return false;
  found.set(message, before + 1);
  return true;
}
