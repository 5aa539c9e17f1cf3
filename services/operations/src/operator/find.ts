/** Finds the dead letters that an operator names. */
import { type DeadLetter, isMeant } from './dead-letter.js';
import { CommandError, EXIT } from './exit.js';
import { createProgress } from './progress.js';
import { toCount } from './text.js';
import type { Tools } from './tools.js';

/** Time for which found messages are hidden, in seconds: longer than waiting for a lease and settling take. */
const WORK_SECONDS = 300;

/**
 * Returns the dead letters of a message's or an order's id, hidden while the command lasts; all others are released. An
 * order may have several. Throws a CommandError when there is none.
 */
export async function findDeadLetters({ dlq, shell }: Tools, id: string): Promise<DeadLetter[]> {
  const { visible, hidden } = await dlq.depth();
  const progress = createProgress(shell, visible);
  const letters: DeadLetter[] = [];
  for await (const batch of dlq.each(shell.signal)) {
    letters.push(...batch);
    progress(letters.length, 'read');
  }
  if (shell.signal.aborted) throw new CommandError(EXIT.failed, 'stopped');
  const named = letters.find((letter) => isMeant(letter, id));
  const meant = letters.filter((letter) => isMeant(letter, named?.order?.order_id ?? id));
  await dlq.giveBack(meant);
  await dlq.hide(meant, WORK_SECONDS);
  if (meant.length > 0) return meant;
  const elsewhere =
    hidden > 0 ? `; ${toCount(hidden, 'message')} hidden for now: try again in some minutes` : '';
  throw new CommandError(
    EXIT.notFound,
    `no dead letter has the order or message id ${id}${elsewhere}. dlq list shows all of them`,
  );
}
