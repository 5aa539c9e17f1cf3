/** The history of a run: all that the checker needs to know. */
import type { OrderItem, OrderReason, OrderStatus, PaymentProblem } from '@order-pipeline/contracts/orders';
import type { Leak } from '../secret-scan.js';
import type { OrderCount } from './log-counts.js';
import type { JournalEntry } from './provider/journal.js';

/** Body of an order. */
export interface OrderBody {
  readonly user_id: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly items: readonly OrderItem[];
  readonly payment_method: string;
}

/** Answer to a POST. `unknown`: no answer, or one that leaves it open; `order-outcome-unknown` names the order. */
export type PostOutcome =
  | { readonly kind: 'accepted'; readonly order_id: string; readonly poll_url: string }
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly detail: string }
  | {
      readonly kind: 'unknown';
      readonly because: string;
      readonly order_id?: string;
      readonly poll_url?: string;
    };

/** One POST of an order. */
export interface Post {
  readonly body: OrderBody;
  readonly idempotency_key?: string | undefined;
  /** `X-Request-ID` of the request. */
  readonly request_id: string;
  readonly outcome: PostOutcome;
}

/** A status that a client saw. Those of one order are in the order of its requests. */
export interface Sighting {
  readonly order_id: string;
  readonly status: OrderStatus;
}

/** Answer of a poll URL after the run: the order's status, or the name of the problem. */
export interface LastRead {
  readonly order_id: string;
  readonly poll_url: string;
  readonly answer: string;
}

/** A message that the order queue took from the API. */
export interface SentOrder {
  readonly order_id: string;
  readonly request_id: string;
}

/** A record of the orders table after the run. */
export interface FinalOrder {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly reason?: OrderReason;
  readonly user_id?: string;
  readonly amount?: number;
  readonly items?: readonly OrderItem[];
  readonly request_id?: string;
  readonly payment_problem?: PaymentProblem;
  readonly refunded_amount?: number;
  /** Epoch milliseconds. */
  readonly lease_until: number;
}

/** An entry of our ledger after the run. */
export interface FinalPayment {
  readonly order_id: string;
  readonly state: string;
  readonly amount: number;
  readonly capture_count: number;
}

/** An item of the inventory after the run. */
export interface FinalStock {
  readonly sku: string;
  readonly available: number;
  /** Pieces held, by order id. */
  readonly holds: Readonly<Record<string, { readonly quantity: number }>>;
}

/** An event that the topic's subscriber received. */
export interface PublishedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

/** Deliveries to the webhook receiver. */
export interface WebhookDeliveries {
  /** Ids of the events that it accepted. */
  readonly accepted: readonly string[];
  /** Requests whose signature was wrong. */
  readonly forged: number;
}

/** A run from the outside, and what it left behind. */
export interface History {
  readonly posts: readonly Post[];
  readonly sightings: readonly Sighting[];
  readonly lastReads: readonly LastRead[];
  readonly sent: readonly SentOrder[];
  /** Pieces of each SKU before the first order. */
  readonly initialStock: Readonly<Record<string, number>>;
  /** The fewest pieces of each SKU that were seen during the run. */
  readonly lowestStock: Readonly<Record<string, number>>;
  readonly orders: readonly FinalOrder[];
  readonly payments: readonly FinalPayment[];
  readonly stock: readonly FinalStock[];
  /** Orders whose items a refund has returned to stock. */
  readonly returned: readonly string[];
  /** Journal of the payment provider. */
  readonly journal: readonly JournalEntry[];
  readonly events: readonly PublishedEvent[];
  readonly webhooks: WebhookDeliveries;
  /** `order ended` lines of all processes. */
  readonly ended: readonly OrderCount[];
  /** `order settled` lines of all processes. */
  readonly settled: readonly OrderCount[];
  /** Secrets in the logs. */
  readonly leaks: readonly Leak[];
}
