/** `dlq list`: what is in the dead-letter queue. */
import type { DeadLetter } from './dead-letter.js';
import type { Depth } from './dead-letter-queue.js';
import { EXIT, type ExitCode } from './exit.js';
import { createProgress } from './progress.js';
import { toAge, toCount, toLine, toMoney, toTable } from './text.js';
import type { Tools } from './tools.js';

/** Options of the list. */
export interface ListOptions {
  readonly limit: number;
  readonly json: boolean;
}

/** Prints up to `limit` dead letters and leaves them where they are. */
export async function listDeadLetters(tools: Tools, { limit, json }: ListOptions): Promise<ExitCode> {
  const { shell } = tools;
  const { letters, depth } = await readDeadLetters(tools, limit);
  const now = shell.clock();
  shell.out(
    json ? `${JSON.stringify(letters.map(toListed), undefined, 2)}\n` : toText(letters, depth, now, limit),
  );
  return EXIT.done;
}

/** Dead letters that were read, and how many there are. */
export interface ReadDeadLetters {
  readonly letters: readonly DeadLetter[];
  readonly depth: Depth;
}

/** Reads up to `limit` dead letters. They stay hidden until the caller releases them. */
export async function readDeadLetters(
  { dlq, shell }: Pick<Tools, 'dlq' | 'shell'>,
  limit: number,
): Promise<ReadDeadLetters> {
  const depth = await dlq.depth();
  const progress = createProgress(shell, depth.visible);
  const letters: DeadLetter[] = [];
  for await (const batch of dlq.each(shell.signal)) {
    letters.push(...batch);
    progress(letters.length, 'read');
    if (letters.length >= limit) break;
  }
  return { letters: letters.slice(0, limit), depth };
}

/** A dead letter for machines. Times in ISO 8601; what is no order has no `order_id`. */
export function toListed(letter: DeadLetter) {
  const { order } = letter;
  return {
    message_id: letter.id,
    order_id: order?.order_id ?? null,
    user_id: order?.user_id ?? null,
    amount: order?.amount ?? null,
    currency: order?.currency ?? null,
    reason: letter.reason,
    first_error: letter.firstError ?? null,
    receive_count: letter.receiveCount ?? null,
    created_at: order?.created_at ?? null,
    dead_lettered_at: new Date(letter.sentAt).toISOString(),
  };
}

const HEADS = ['ID', 'USER', 'AMOUNT', 'REASON', 'RECEIVES', 'AGE', 'FIRST ERROR'];
const USER_MAX = 24;
const ERROR_MAX = 80;

function toText(letters: readonly DeadLetter[], depth: Depth, now: number, limit: number): string {
  const hidden =
    depth.hidden > 0
      ? `${toCount(depth.hidden, 'message')} hidden: another command is reading them. They become visible again within minutes.\n`
      : '';
  if (letters.length === 0)
    return `The dead-letter queue ${hidden ? 'shows no message' : 'is empty'}.\n${hidden}`;
  const rows = letters.map((letter) => [
    letter.order?.order_id ?? `${letter.id} (message)`,
    toLine(letter.order?.user_id ?? '-', USER_MAX),
    letter.order ? toMoney(letter.order.amount, letter.order.currency) : '-',
    letter.reason,
    String(letter.receiveCount ?? '-'),
    toAge(now - letter.sentAt),
    toLine(letter.firstError ?? '-', ERROR_MAX),
  ]);
  const rest = depth.visible - letters.length;
  const more = letters.length === limit && rest > 0 ? `About ${rest} more: raise --limit.\n` : '';
  return `${toTable(HEADS, rows)}${toCount(letters.length, 'message')}.\n${more}${hidden}`;
}
