/** Errors of the client: one class for each kind of problem, so that callers can use `instanceof`. */
import type { FieldProblem, Order, Problem } from './types.js';

/** Base class of every error that the client throws. */
export class OrderClientError extends Error {
  override name = 'OrderClientError';

  /** The idempotency key of the request. Set on errors of `placeOrder`: repeat with it to place the same order. */
  idempotencyKey?: string;
}

/** No response arrived: connection refused or reset, DNS failure, or the request timed out. The outcome is unknown. */
export class OrderConnectionError extends OrderClientError {
  override name = 'OrderConnectionError';
}

/** The order did not become final within the time given to `waitForOrder`. */
export class OrderTimeoutError extends OrderClientError {
  override name = 'OrderTimeoutError';

  /** Latest state that was read. */
  readonly order: Order;

  constructor(order: Order) {
    super(`order ${order.order_id} is still ${order.status}`);
    this.order = order;
  }
}

/** The API answered with a problem. Subclasses name the kinds that callers handle. */
export class OrderApiError extends OrderClientError {
  override name = 'OrderApiError';
  /** HTTP status. */
  readonly status: number;
  /** Id of the request, for support and logs. */
  readonly requestId: string | undefined;

  /** Problem details; synthesized from the status when a proxy answered with another body. */
  readonly problem: Problem;
  /** Milliseconds after which the API suggests to repeat the request; undefined when it does not suggest it. */
  readonly retryAfterMs?: number;

  constructor(problem: Problem, retryAfterMs?: number) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`);
    this.problem = problem;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    this.status = problem.status;
    this.requestId = problem.request_id;
  }
}

/** 401: the token is missing, invalid or expired. */
export class UnauthenticatedError extends OrderApiError {
  override name = 'UnauthenticatedError';
}

/** 403: the caller lacks permission, or the signature of a poll URL is wrong. */
export class ForbiddenError extends OrderApiError {
  override name = 'ForbiddenError';
}

/** 422: one or more fields are invalid. */
export class InvalidRequestError extends OrderApiError {
  override name = 'InvalidRequestError';

  /** The invalid fields. */
  get errors(): readonly FieldProblem[] {
    return this.problem.errors ?? [];
  }
}

/** 422: the idempotency key was used for another order. */
export class IdempotencyKeyReusedError extends OrderApiError {
  override name = 'IdempotencyKeyReusedError';
}

/** 409: the first request with this idempotency key is still running. */
export class IdempotencyKeyInFlightError extends OrderApiError {
  override name = 'IdempotencyKeyInFlightError';
}

/** 409: the order is decided and cannot be cancelled. */
export class OrderDecidedError extends OrderApiError {
  override name = 'OrderDecidedError';

  /** The order as it was decided. */
  get order(): Order | undefined {
    return this.problem.order;
  }
}

/** 410: the poll URL has expired; read the order with the owner's token. */
export class PollUrlExpiredError extends OrderApiError {
  override name = 'PollUrlExpiredError';
}

/** 429: the quota is exceeded; `retryAfterMs` is the time until it refills. */
export class QuotaExceededError extends OrderApiError {
  override name = 'QuotaExceededError';
}

/** 503: the API cannot take the request; nothing was ordered. */
export class UnavailableError extends OrderApiError {
  override name = 'UnavailableError';
}

/**
 * 503: the queue did not confirm the order, so it may have been placed. Follow `pollUrl`, or repeat the request with the
 * same idempotency key. A new order without the key could charge the customer twice.
 */
export class OrderOutcomeUnknownError extends OrderApiError {
  override name = 'OrderOutcomeUnknownError';

  /** Id that the order has if it was placed. */
  get orderId(): string | undefined {
    return (this.problem as { order_id?: string }).order_id;
  }

  /** Signed URL of the order if it was placed. */
  get pollUrl(): string | undefined {
    return (this.problem as { poll_url?: string }).poll_url;
  }
}

type ApiErrorClass = new (problem: Problem, retryAfterMs?: number) => OrderApiError;

const OWN = 'urn:order-pipeline:problem:';

const BY_TYPE: Readonly<Record<string, ApiErrorClass>> = {
  [`${OWN}invalid-request`]: InvalidRequestError,
  [`${OWN}idempotency-key-reused`]: IdempotencyKeyReusedError,
  [`${OWN}idempotency-key-in-flight`]: IdempotencyKeyInFlightError,
  [`${OWN}order-decided`]: OrderDecidedError,
  [`${OWN}order-outcome-unknown`]: OrderOutcomeUnknownError,
  [`${OWN}poll-url-expired`]: PollUrlExpiredError,
};

const BY_STATUS: Readonly<Record<number, ApiErrorClass>> = {
  401: UnauthenticatedError,
  403: ForbiddenError,
  429: QuotaExceededError,
  503: UnavailableError,
};

/** Creates the error for a problem: by its type, then by its status. */
export function toApiError(problem: Problem, retryAfterMs?: number): OrderApiError {
  const ErrorClass = BY_TYPE[problem.type] ?? BY_STATUS[problem.status] ?? OrderApiError;
  return new ErrorClass(problem, retryAfterMs);
}
