/** Reasons and statuses in plain words. */

/** Severity; decides the colour. */
export type Tone = 'ok' | 'info' | 'warn' | 'danger' | 'neutral';

/** Returns an identifier such as `OUT_OF_STOCK` as words: `Out of stock`. */
export function toWords(identifier: string): string {
  const words = identifier.replaceAll(/[_-]+/g, ' ').toLowerCase().trim();
  return (
    words.charAt(0).toUpperCase() +
    words
      .slice(1)
      .replace(/\bsku\b/, 'SKU')
      .replace(/\bsqs\b/, 'SQS')
  );
}

const DEAD_LETTER_REASONS: Readonly<Record<string, string>> = {
  MOVED_BY_SQS: 'The queue moved the message after too many receives. It records no error.',
  RETRIES_EXHAUSTED: 'The order failed on every receive that the queue allows. A redrive tries it again.',
  POISON: 'The processor cannot work on this message, now or later.',
};

/** Returns a sentence that explains why a message was dead-lettered, or undefined for an unknown reason. */
export function explainDeadLetter(reason: string): string | undefined {
  return DEAD_LETTER_REASONS[reason];
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  PENDING: 'neutral',
  PROCESSING: 'info',
  COMPLETED: 'ok',
  REJECTED: 'warn',
  FAILED: 'danger',
  CANCELLED: 'neutral',
};

/** Returns the colour of an order's status. */
export function toneOfStatus(status: string): Tone {
  return STATUS_TONES[status] ?? 'neutral';
}
