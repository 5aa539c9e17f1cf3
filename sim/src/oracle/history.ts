/** Observations of a run from outside, and its traces. */
import type { OrderEvent } from '@order-pipeline/contracts/order-events';
import type { OrderRecord, OrderStatus } from '@order-pipeline/contracts/orders';
import type { JournalEntry } from '../cloud/gateway.js';
import type { SentMessage } from '../cloud/sqs/service.js';
import type { PlannedBody } from '../plan/plan.js';

/** Outcome of a POST for its client; `unknown`: no response, or one that leaves it open. */
export type PostOutcome =
  | { readonly kind: 'accepted'; readonly orderId: string; readonly pollUrl: string }
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly pollUrl?: string };

/** One POST of an order. */
export interface Post {
  readonly client: number;
  readonly requestId: string;
  readonly key: string | undefined;
  readonly body: PlannedBody;
  /** Times of the request and of the response, in virtual milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly outcome: PostOutcome;
}

/** A status that a client saw, in the order of its requests. */
export interface Sighting {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** An entry of the ledger, as far as it is judged. */
export interface LedgerView {
  readonly order_id: string;
  readonly state: string;
  readonly amount: number;
  readonly capture_count: number;
  readonly refunds?: readonly {
    readonly refund_id: string;
    readonly amount: number;
    readonly state: string;
  }[];
}

/** The stock of a SKU at the end. */
export interface StockView {
  readonly sku: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  /** The fewest pieces that were ever available in an item of the SKU. */
  readonly lowest: number;
}

/** A decision that a worker wrote. */
export interface Decision {
  readonly orderId: string;
  readonly attempt: number;
}

/** An order of which something was changed that is written once. */
export interface RewrittenOrder {
  readonly orderId: string;
  readonly attribute: string;
}

/** A change of state of a ledger entry. */
export interface LedgerMove {
  readonly orderId: string;
  readonly from: string;
  readonly to: string;
  /** True for another authorization. */
  readonly anew: boolean;
}

/** The first error on a dead letter, and the one that its worker read in the order's record, if there was one. */
export interface DeadLetterError {
  readonly orderId: string;
  readonly reported: string | undefined;
  readonly noted: string | undefined;
}

/** A run. */
export interface History {
  readonly posts: readonly Post[];
  readonly sightings: readonly Sighting[];
  readonly orders: readonly OrderRecord[];
  readonly ledger: readonly LedgerView[];
  readonly stock: readonly StockView[];
  /** Pieces of each SKU at first. */
  readonly initial: Readonly<Record<string, number>>;
  /** Pieces of each delivery, each once. */
  readonly delivered: readonly {
    readonly deliveryId: string;
    readonly sku: string;
    readonly quantity: number;
  }[];
  readonly journal: readonly JournalEntry[];
  /** Events that were published. */
  readonly published: readonly Pick<OrderEvent, 'id' | 'subject' | 'type'>[];
  /** Messages that reached the dead-letter queue, and how many may. */
  readonly deadLetters: { readonly count: number; readonly max: number };
  /** Orders whose messages were gone without an incident that lost them. */
  readonly orphans: readonly string[];
  readonly decisions: readonly Decision[];
  /** Orders that were taken from a worker whose lease lasted. */
  readonly brokenLeases: readonly string[];
  readonly rewritten: readonly RewrittenOrder[];
  readonly ledgerMoves: readonly LedgerMove[];
  readonly deadLetterErrors: readonly DeadLetterError[];
  /** Number of passes of the reconciler, and its maximum. */
  readonly passes: { readonly count: number; readonly max: number };
  /** The most read units from one pass to the next, and their maximum. */
  readonly passUnits: { readonly count: number; readonly max: number };
  /** The most write units that one write of a stock item took. */
  readonly stockUnitsMax: number;
  /** Time of the first write of each order's record, in virtual milliseconds. */
  readonly claimedAt: ReadonlyMap<string, number>;
  /** Everything that the queues took. */
  readonly sent: readonly SentMessage[];
  /** Unhandled errors. */
  readonly unhandled: readonly string[];
}
