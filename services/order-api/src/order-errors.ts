/** Errors of handing an order to the queue, which the HTTP layer reports as problems. */

/** SQS did not take an order. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

/** SQS may or may not have taken an order. */
export class OrderOutcomeUnknownError extends Error {
  override readonly name = 'OrderOutcomeUnknownError';
}
