/** The record that a command works from. */
import { type ClaimedOrder, hasFacts } from '@order-pipeline/order-protocol/order-store';
import { CommandError, EXIT } from './exit.js';
import type { Tools } from './tools.js';

/**
 * Reads an order's record with everything that its client asked for. Throws a CommandError when there is none: the order
 * was never claimed, and what it asks for is in its message alone.
 */
export async function readRecord({ store }: Pick<Tools, 'store'>, orderId: string): Promise<ClaimedOrder> {
  const record = await store.read(orderId);
  if (record && hasFacts(record)) return record;
  throw new CommandError(
    EXIT.notFound,
    record
      ? `order ${orderId} was cancelled before any worker claimed it: there is nothing to do`
      : `no worker has claimed an order ${orderId}: it waits in the queue, is a dead letter (dlq show), or does not exist`,
  );
}
