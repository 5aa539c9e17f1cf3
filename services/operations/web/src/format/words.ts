/** Reasons and statuses in plain words. */

/** Severity; decides the colour. */
export type Tone = 'ok' | 'info' | 'warn' | 'danger' | 'neutral';

const REASONS: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: 'An item had fewer pieces in stock than the order asked for.',
  UNKNOWN_SKU: 'The order names an item that is not in the price list.',
  AMOUNT_MISMATCH: 'The amount that the client sent differs from the total of the price list.',
  FRAUD_SUSPECTED: 'The fraud score reached the limit.',
  PAYMENT_DECLINED: 'The payment provider declined the payment method.',
  AUTHENTICATION_REQUIRED: 'The payment method needs the customer to authenticate (3-D Secure).',
  RETRIES_EXHAUSTED: 'Every attempt failed, and an operator ended the order. Nothing was charged.',
  QUEUE_EXPIRED: 'No worker claimed the order before the queue’s retention ran out. Nothing was charged.',
  CAPTURE_FAILED: 'The order is complete, but its authorization was gone before it was charged.',
  WRITTEN_OFF: 'The order is complete, and an operator gave the charge up.',
  MOVED_BY_SQS: 'The queue moved the message after too many receives. It records no error.',
  MALFORMED: 'The message is not an order that the processor can read.',
  RECEIVES_EXHAUSTED: 'The order failed on every receive that the queue allows.',
  POISON: 'The processor cannot work on this message, now or later.',
};

/** Returns a sentence that explains a reason, or undefined for one that is unknown. */
export function explainReason(reason: string): string | undefined {
  return REASONS[reason];
}

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
