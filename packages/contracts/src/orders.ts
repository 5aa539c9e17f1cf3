/** An order's states and its record in the orders table, as every service reads them. */
import type { AttemptTrace } from './order-timeline.js';
import type { Hold } from './stock.js';

/** Key of the item in the orders table that is no order: the reconciler's lease and bookmark. No order id has a `#`. */
export const RECONCILER_KEY = '#reconciler';

/** Every status, in the order in which an order can pass through them. */
export const ORDER_STATUSES = [
  'PENDING',
  'PROCESSING',
  'COMPLETED',
  'REJECTED',
  'FAILED',
  'CANCELLED',
] as const;

/**
 * Status of an order. PENDING: accepted, not claimed. PROCESSING: claimed by a worker. The others are final: COMPLETED
 * is charged, REJECTED by a rule, FAILED by an operator, CANCELLED by the client.
 */
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** A status that nothing changes any more. */
export type FinalStatus = Exclude<OrderStatus, 'PENDING' | 'PROCESSING'>;

/** Reasons of a REJECTED order. */
export const REJECTION_REASONS = [
  'OUT_OF_STOCK',
  'UNKNOWN_SKU',
  'AMOUNT_MISMATCH',
  'FRAUD_SUSPECTED',
  'PAYMENT_DECLINED',
  'AUTHENTICATION_REQUIRED',
] as const;

/** Reason of a REJECTED order. AUTHENTICATION_REQUIRED: the payment method needs 3-D Secure. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * Reason of a FAILED order. RETRIES_EXHAUSTED: an operator failed it after its attempts failed. QUEUE_EXPIRED: no
 * worker claimed it before the queue's retention expired.
 */
export type FailureReason = 'RETRIES_EXHAUSTED' | 'QUEUE_EXPIRED';

/** Reason of a REJECTED or FAILED order. */
export type OrderReason = RejectionReason | FailureReason;

/** Returns true when the status is final: nothing changes it any more. */
export function isFinal(status: OrderStatus): status is FinalStatus {
  return status !== 'PENDING' && status !== 'PROCESSING';
}

/** Problems that the payment of a completed order can have. */
export const PAYMENT_PROBLEMS = ['CAPTURE_FAILED', 'WRITTEN_OFF'] as const;

/**
 * Problem with the payment of a completed order. CAPTURE_FAILED: its authorization was gone before it was charged.
 * WRITTEN_OFF: an operator wrote the charge off.
 */
export type PaymentProblem = (typeof PAYMENT_PROBLEMS)[number];

/** One line of an order. */
export interface OrderItem {
  readonly sku: string;
  /** Pieces, at least 1. */
  readonly quantity: number;
}

/** Content of the client's request; the same in every state of the order. */
export interface OrderFacts {
  readonly order_id: string;
  readonly user_id: string;
  /** Total in the minor unit of `currency`. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly items: readonly OrderItem[];
  /** Time at which the API accepted the order, ISO 8601 in UTC with milliseconds, so that text order is time order. */
  readonly created_at: string;
}

/**
 * An item of the orders table. A record without the facts is an order that its client cancelled before any worker
 * claimed it; the worker that meets it completes it.
 */
export interface OrderRecord extends Partial<Omit<OrderFacts, 'order_id'>> {
  readonly order_id: string;
  readonly status: Exclude<OrderStatus, 'PENDING'>;
  readonly reason?: OrderReason;
  /** Operator's note on a failed order, in free text. Not for clients. */
  readonly failure_note?: string;
  /** Error of the first attempt that failed. Not for clients. */
  readonly first_error?: string;
  /** Number of claims so far; the fencing token of the decision. */
  readonly attempt: number;
  /** Names the claim, so that a worker recognises its own write after an unknown response. */
  readonly claim_id?: string;
  /** Names the cancellation, so that the API recognises its own write after an unknown response. */
  readonly cancel_id?: string;
  /** Set when an operator cancelled the order. */
  readonly cancelled_by?: 'operator';
  /** True on an order that an operator ended and a processor has counted. */
  readonly counted?: boolean;
  /** True on a final order while money, stock or its event may be open though its message may be gone. */
  readonly settlement_due?: boolean;
  /** True once the event of an order that no worker ever claimed is published. */
  readonly event_published?: boolean;
  /** Time until which no other worker may claim the order or settle it, in epoch milliseconds. */
  readonly lease_until: number;
  /** The payment method's token at the gateway, so that every attempt pays with the same. */
  readonly payment_method?: string;
  /**
   * Digest of the request that placed the order, on orders placed with an Idempotency-Key. The first claim sets it: a
   * message with the same order id and another fingerprint never changes the order.
   */
  readonly fingerprint?: string;
  /** Time at which the customer's account was opened, ISO 8601, if known. */
  readonly account_created_at?: string;
  /** The holds that the decision counted on; absent when it counted on none, so that there may be any. */
  readonly holds?: readonly Hold[];
  /** Set on a COMPLETED order that could not be charged, until an operator has it charged after all. */
  readonly payment_problem?: PaymentProblem;
  /** True on an order that an operator had charged after all: no answer that comes late makes that a problem again. */
  readonly charged?: boolean;
  /** True once a refund has returned the order's items to stock. */
  readonly restocked?: boolean;
  /** Sum of the refunds that were made, in the minor unit. */
  readonly refunded_amount?: number;
  /** Sequence of the last refund whose event is published. */
  readonly refunds_published?: number;
  /** Fraud score in [0,1] that the decision saw. */
  readonly fraud_score?: number;
  /** Ties the order to the request that placed it. */
  readonly request_id?: string;
  /** W3C trace id of the request that placed it. */
  readonly trace_id?: string;
  /** Attempts since timelines are recorded, the first one first. */
  readonly timeline?: readonly AttemptTrace[];
  /** Time of the last status change, ISO 8601 in UTC with milliseconds. */
  readonly updated_at: string;
}
