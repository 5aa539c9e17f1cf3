/**
 * `dlq redrive`: sends dead letters back to the order queue. Send first, remove after: a crash in between leaves the
 * message in both queues, which the order protocol takes like any message that is delivered twice.
 *
 * AWS has StartMessageMoveTask for whole queues. It is not used: it would leave the dead letter's attributes on the
 * messages, writes no audit log, and SQS emulators lack it.
 */
import { type DeadLetter, isMeant } from './dead-letter.js';
import { LOOK_SECONDS } from './dead-letter-queue.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { findDeadLetters } from './find.js';
import { createPace } from './pace.js';
import { createProgress } from './progress.js';
import { toCount } from './text.js';
import type { Tools } from './tools.js';

/** Conditions that apply together; an absent one always holds. */
export interface DeadLetterSelection {
  /** Ids of messages or orders. */
  readonly ids?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  /** Dead-lettered before this time, epoch milliseconds. */
  readonly before?: number | undefined;
}

/** Returns true when every condition holds. */
export function isSelected(letter: DeadLetter, { ids, reason, before }: DeadLetterSelection): boolean {
  return (
    (ids === undefined || ids.some((id) => isMeant(letter, id))) &&
    (reason === undefined || letter.reason === reason) &&
    (before === undefined || letter.sentAt < before)
  );
}

/** Options of a redrive from the command line. */
export interface RedriveOptions extends Omit<DeadLetterSelection, 'ids'> {
  /** A message's or an order's id; undefined for all. */
  readonly id: string | undefined;
  /** Messages a second. */
  readonly rate: number;
}

/** Messages that were redriven, and messages that could not be. */
export interface RedriveCounts {
  readonly done: number;
  readonly failed: number;
}

type Counts = { -readonly [K in keyof RedriveCounts]: RedriveCounts[K] };

/** Sends back what is named. Returns EXIT.failed when a message could not be sent or removed. */
export async function redriveDeadLetters(
  tools: Tools,
  { id, rate, ...selection }: RedriveOptions,
): Promise<ExitCode> {
  const { dlq, shell } = tools;
  let counts: RedriveCounts = { done: 0, failed: 0 };
  if (id === undefined) {
    const progress = createProgress(shell, (await dlq.depth()).visible);
    counts = await redriveSelected(tools, selection, rate, ({ done }) => progress(done, 'redriven'));
  } else {
    const own = { done: 0, failed: 0 };
    await redriveBatch(tools, await findDeadLetters(tools, id), createPace(rate, shell), own);
    counts = own;
  }
  shell.out(toSummary(counts, selection, tools));
  return counts.failed > 0 || shell.signal.aborted ? EXIT.failed : EXIT.done;
}

/** Sends back every dead letter that is selected. Calls `onProgress` after each batch, and with each message that left. */
export async function redriveSelected(
  tools: Tools,
  selection: DeadLetterSelection,
  rate: number,
  onProgress: (counts: RedriveCounts) => void,
): Promise<RedriveCounts> {
  const { dlq, shell } = tools;
  const counts: Counts = { done: 0, failed: 0 };
  const pace = createPace(rate, shell);
  for await (const batch of dlq.each(shell.signal, hideSecondsAt(rate))) {
    const selected = batch.filter((letter) => isSelected(letter, selection));
    await redriveBatch(tools, selected, pace, counts, () => onProgress({ ...counts }));
    onProgress({ ...counts });
  }
  return counts;
}

/** SQS's longest visibility timeout, 12 hours. */
const MAX_HIDE_SECONDS = 43_200;
const MESSAGES_PER_RECEIVE = 10;

/** The last message of a receive waits for its turn. */
function hideSecondsAt(rate: number): number {
  return Math.min(MAX_HIDE_SECONDS, LOOK_SECONDS + Math.ceil(MESSAGES_PER_RECEIVE / rate));
}

async function redriveBatch(
  tools: Tools,
  batch: readonly DeadLetter[],
  pace: () => Promise<void>,
  counts: Counts,
  onEach: () => void = () => undefined,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    batch.map(async (letter) => {
      if (!tools.dryRun) await pace();
      if (tools.shell.signal.aborted) return;
      counts[await redrive(tools, letter)] += 1;
      onEach();
    }),
  );
  // An error of one message ends the command: the remaining messages are released.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function redrive({ dlq, audit, dryRun }: Tools, letter: DeadLetter): Promise<keyof Counts> {
  const change = { action: 'dlq.redrive', message_id: letter.id, order_id: letter.order?.order_id } as const;
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    return 'done';
  }
  let sent = {};
  try {
    sent = { new_message_id: await dlq.sendBack(letter) };
    await dlq.remove(letter);
  } catch (error) {
    audit({ ...change, ...sent, result: 'error', error: String(error) });
    if (error instanceof CommandError) throw error;
    return 'failed';
  }
  audit({ ...change, ...sent, result: 'done' });
  return 'done';
}

/** Returns one sentence about a redrive of a selection that ended. */
export function toSummary(
  { done, failed }: RedriveCounts,
  { reason, before }: DeadLetterSelection,
  { dryRun, shell }: Pick<Tools, 'dryRun' | 'shell'>,
): string {
  if (done + failed === 0 && !shell.signal.aborted)
    return reason === undefined && before === undefined
      ? 'The dead-letter queue shows no message: nothing to redrive.\n'
      : 'No dead letter matches the filter: nothing to redrive.\n';
  const what = dryRun ? 'Would redrive' : 'Redriven:';
  const failures = failed > 0 ? `; ${failed} failed, see the audit lines` : '';
  const stopped = shell.signal.aborted ? '; stopped before the end' : '';
  return `${what} ${toCount(done, 'message')}${failures}${stopped}.\n`;
}
