/**
 * `dlq fail`: fails the order of a dead letter. The order is failed and settled before its messages are removed: after
 * a crash in between the same command completes the work. A message that is no order is removed.
 */
import { type DeadLetter, originOf } from './dead-letter.js';
import { EXIT, type ExitCode } from './exit.js';
import { failOrder } from './fail-order.js';
import { findDeadLetters } from './find.js';
import { toCount } from './text.js';
import type { Tools } from './tools.js';

/** Options of `dlq fail`. */
export interface FailOptions {
  /** A message's or an order's id. */
  readonly id: string;
  /** For the audit log and the order's record. */
  readonly reason: string;
  /** Longest wait for the end of a worker's lease, in milliseconds. */
  readonly waitMs: number;
}

/** Fails the named order, with all messages that carry it. */
export async function failDeadLetter(tools: Tools, { id, reason, waitMs }: FailOptions): Promise<ExitCode> {
  const letters = await findDeadLetters(tools, id);
  const [letter] = letters;
  if (letter?.order) await failOrder(tools, { order: letter.order, ...originOf(letter), reason, waitMs });
  for (const message of letters) await removeLetter(tools, message, reason);
  tools.shell.out(toSummary(letters, tools.dryRun));
  return EXIT.done;
}

async function removeLetter(
  { dlq, audit, dryRun }: Tools,
  letter: DeadLetter,
  reason: string,
): Promise<void> {
  const change = {
    action: 'dlq.remove',
    message_id: letter.id,
    order_id: letter.order?.order_id,
    reason,
  } as const;
  if (!dryRun) await dlq.remove(letter);
  audit({ ...change, result: dryRun ? 'dry-run' : 'done' });
}

function toSummary(letters: readonly DeadLetter[], dryRun: boolean): string {
  const messages = toCount(letters.length, 'message');
  const order = letters[0]?.order;
  if (!order) return `${dryRun ? 'Would remove' : 'Removed:'} ${messages} without an order.\n`;
  return dryRun
    ? `Would fail order ${order.order_id}, release its stock and money, and remove ${messages}.\n`
    : `Order ${order.order_id} is FAILED, its stock and money are released, and ${messages} removed.\n`;
}
