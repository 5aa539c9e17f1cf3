/** Explains an order's status to people. */
import type { OrderStatus } from '@order-pipeline/contracts/orders';

/** The facts that an explanation follows from. */
export interface ExplainedOrder {
  readonly status: OrderStatus;
  readonly reason: string;
  readonly paymentProblem?: string | undefined;
  /** An operator's words. */
  readonly note?: string | undefined;
  /** True while a worker's lease has not expired. */
  readonly leased?: boolean;
  readonly firstError?: string | undefined;
}

const REJECTIONS: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: 'A line asks for more pieces than are available. Nothing was charged, and nothing is held.',
  UNKNOWN_SKU: 'A line names a SKU that the price list does not have. Nothing was charged.',
  AMOUNT_MISMATCH:
    'The prices of the lines add up to another amount than the order names. Nothing was charged.',
  FRAUD_SUSPECTED: 'The fraud score reaches the threshold. Nothing was charged, and nothing is held.',
  PAYMENT_DECLINED: 'The payment provider declined the payment. Nothing is held.',
  AUTHENTICATION_REQUIRED:
    'The payment method needs 3-D Secure, which this checkout does not offer. Nothing is held.',
};

/** Returns one or two sentences. */
export function explain(order: ExplainedOrder): string {
  const { status, reason, paymentProblem, note, leased, firstError } = order;
  switch (status) {
    case 'PENDING':
      return 'Accepted. It waits in the queue for a worker.';
    case 'PROCESSING':
      if (leased) return 'A worker is at it.';
      return firstError === undefined
        ? 'Its worker has gone. The next delivery of its message continues it.'
        : 'An attempt failed. The next delivery of its message continues it.';
    case 'COMPLETED':
      if (paymentProblem === 'CAPTURE_FAILED')
        return 'Sold, but not charged: the authorization was gone. Authorize the payment again, or write it off.';
      if (paymentProblem === 'WRITTEN_OFF') return withNote('Sold, and its charge was written off.', note);
      return 'Sold and charged.';
    case 'REJECTED':
      return REJECTIONS[reason] ?? `Rejected: ${reason}.`;
    case 'FAILED':
      if (reason === 'QUEUE_EXPIRED')
        return 'No worker claimed it before its message expired. Nothing was charged.';
      return withNote('An operator gave it up. What it held was released.', note);
    case 'CANCELLED':
      return 'Cancelled before it was decided. What it held was released.';
  }
}

function withNote(text: string, note: string | undefined): string {
  return note === undefined || note === '' ? text : `${text} Reason: ${note}`;
}
