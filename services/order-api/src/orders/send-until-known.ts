/** Sends one message until its outcome is known or the time budget is spent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OrderOutcomeUnknownError, QueueUnavailableError } from '../order-errors.js';
import { type SendOutcome, shouldSendAgain, toPauseMs } from './decide/send-outcome.js';

/** One try that failed. */
export class SendFailedError extends Error {
  override readonly name = 'SendFailedError';

  readonly outcome: SendOutcome;

  constructor(outcome: SendOutcome, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** Options of a send. */
export interface SendOptions {
  /** Time for all tries together, in milliseconds. */
  readonly budgetMs: number;
  /** Called before each try after the first with the outcome of the one before. */
  readonly onRetry: (outcome: SendOutcome) => void;
}

/**
 * Resolves when SQS has the message. Every try sends the same message: the order id makes duplicates harmless. A try that
 * is still running when the budget ends counts as unknown.
 *
 * @throws {QueueUnavailableError} when no try can have reached the queue.
 * @throws {OrderOutcomeUnknownError} when one may have.
 */
export async function sendUntilKnown(
  send: () => Promise<void>,
  { budgetMs, onRetry }: SendOptions,
): Promise<void> {
  const deadline = performance.now() + budgetMs;
  let maybeTaken = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(tries === 1 ? budgetMs : deadline - performance.now(), send());
    } catch (cause) {
      const outcome = cause instanceof SendFailedError ? cause.outcome : 'unknown';
      maybeTaken ||= outcome === 'unknown';
      const pauseMs = toPauseMs(tries, Math.random());
      const leftMs = deadline - performance.now() - pauseMs;
      if (!shouldSendAgain(outcome, { maybeTaken, tries, leftMs })) {
        if (maybeTaken) throw new OrderOutcomeUnknownError('SQS may have taken the order', { cause });
        throw new QueueUnavailableError('SQS did not take the order', { cause });
      }
      onRetry(outcome);
      await sleep(pauseMs);
    }
  }
}

function within(milliseconds: number, sending: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () =>
      reject(new SendFailedError('unknown', `SQS did not answer within ${Math.round(milliseconds)} ms`));
    const timer = setTimeout(giveUp, milliseconds);
    sending.then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
