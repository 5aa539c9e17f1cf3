/** `cancel`: cancels an order that no worker has decided. */
import { isFinal } from '@order-pipeline/contracts/orders';
import type { EndedRecord } from '@order-pipeline/order-protocol/cancel';
import { isCancelled } from '@order-pipeline/order-protocol/decide/cancel';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import type { Tools } from './tools.js';

/** Options of a cancellation. */
export interface CancelOptions {
  readonly orderId: string;
  /** For the audit log. */
  readonly reason: string;
  /**
   * Returns true when an order without a record was accepted. A cancellation of an order that never was would leave a record;
   * an operator who names an id that nothing else knows has most likely mistyped it.
   */
  readonly isAccepted: (orderId: string) => Promise<boolean>;
}

/**
 * Cancels the order; the worker that meets its message settles it. Cancelling twice is cancelling once.
 *
 * @throws {CommandError} once it is decided, and when nothing knows the order
 */
export async function cancelOrder(
  tools: Tools,
  options: CancelOptions,
): Promise<EndedRecord['record'] | undefined> {
  const { store, shell, audit, dryRun } = tools;
  const { orderId, reason, isAccepted } = options;
  const change = { action: 'order.cancel', order_id: orderId, reason } as const;
  const record = await store.read(orderId);
  if (record && isFinal(record.status) && !isCancelled(record)) throw decided(orderId, record.status);
  if (!record && !(await isAccepted(orderId)))
    throw new CommandError(
      EXIT.notFound,
      `order ${orderId} is unknown: it is too old for the feed, or does not exist`,
    );
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    return record;
  }
  const ended = await store.cancel(orderId, shell.clock());
  if (!isCancelled(ended.record)) throw decided(orderId, ended.record.status);
  if (ended.written) audit({ ...change, result: 'done' });
  return ended.record;
}

/** Cancels and prints. */
export async function cancelCommand(tools: Tools, options: CancelOptions): Promise<ExitCode> {
  await cancelOrder(tools, options);
  const { orderId } = options;
  tools.shell.out(tools.dryRun ? `Would cancel order ${orderId}.\n` : `Order ${orderId} is CANCELLED.\n`);
  return EXIT.done;
}

function decided(orderId: string, status: string): CommandError {
  return new CommandError(
    EXIT.failed,
    `order ${orderId} is ${status} already, and no outcome is ever changed`,
  );
}
