/**
 * `dlq redrive`: sends dead letters back to the order queue. Send first, remove after: a crash in between leaves the
 * message in both queues, which the order protocol takes like any message that is delivered twice.
 *
 * AWS has StartMessageMoveTask for whole queues. It is not used: it would leave the dead letter's attributes on the
 * messages, writes no audit log, and SQS emulators lack it.
 */
import type { DeadLetter } from './dead-letter.js';
import { LOOK_SECONDS } from './dead-letter-queue.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { findDeadLetters } from './find.js';
import { createPace } from './pace.js';
import { createProgress } from './progress.js';
import { toCount } from './text.js';
import type { Tools } from './tools.js';

/** What to send back, and how fast. */
export interface RedriveOptions {
  /** A message's or an order's id; undefined for all. */
  readonly id: string | undefined;
  /** Messages a second. */
  readonly rate: number;
}

interface Counts {
  done: number;
  failed: number;
}

/** Sends back what is named. Answers EXIT.failed when a message could not be sent or removed. */
export async function redriveDeadLetters(tools: Tools, { id, rate }: RedriveOptions): Promise<ExitCode> {
  const { dlq, shell } = tools;
  const counts: Counts = { done: 0, failed: 0 };
  const pace = createPace(rate, shell);
  if (id === undefined) {
    const progress = createProgress(shell, (await dlq.depth()).visible);
    for await (const batch of dlq.each(shell.signal, hideSecondsAt(rate))) {
      await redriveBatch(tools, batch, pace, counts);
      progress(counts.done, 'redriven');
    }
  } else {
    await redriveBatch(tools, await findDeadLetters(tools, id), pace, counts);
  }
  shell.out(toSummary(counts, tools));
  return counts.failed > 0 || shell.signal.aborted ? EXIT.failed : EXIT.done;
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
): Promise<void> {
  const outcomes = await Promise.allSettled(
    batch.map(async (letter) => {
      if (!tools.dryRun) await pace();
      if (!tools.shell.signal.aborted) counts[await redrive(tools, letter)] += 1;
    }),
  );
  // What stops one message stops all: what is left is given back.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function redrive({ dlq, audit, dryRun }: Tools, letter: DeadLetter): Promise<keyof Counts> {
  const change = { action: 'dlq.redrive', message_id: letter.id, order_id: letter.order?.order_id } as const;
  if (dryRun) {
    audit({ ...change, result: 'dry run' });
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

function toSummary({ done, failed }: Counts, { dryRun, shell }: Tools): string {
  if (done + failed === 0 && !shell.signal.aborted)
    return 'The dead-letter queue shows no message: nothing to redrive.\n';
  const what = dryRun ? 'Would redrive' : 'Redriven:';
  const failures = failed > 0 ? `; ${failed} failed, see the audit lines` : '';
  const stopped = shell.signal.aborted ? '; stopped before the end' : '';
  return `${what} ${toCount(done, 'message')}${failures}${stopped}.\n`;
}
