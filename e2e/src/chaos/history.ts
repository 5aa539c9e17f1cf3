/** What a run saw: all that the checker needs to know. */
import type { OrderItem, OrderStatus } from '@order-pipeline/contracts/orders';

/** What a client asked for. */
export interface OrderBody {
  readonly user_id: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly items: readonly OrderItem[];
  readonly payment_method: string;
}

/** What a client knows of a POST. `unknown`: no answer, or one that leaves it open. */
export type PostOutcome =
  | { readonly kind: 'accepted'; readonly order_id: string }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown'; readonly because: string };

/** One POST of an order. */
export interface Post {
  readonly body: OrderBody;
  readonly idempotency_key?: string | undefined;
  readonly outcome: PostOutcome;
}

/** A status that a client was told. Those of one order are in the order in which it asked. */
export interface Sighting {
  readonly order_id: string;
  readonly status: OrderStatus;
}

/** A record of the orders table after the run. */
export interface FinalOrder {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly user_id?: string;
  readonly amount?: number;
  readonly items?: readonly OrderItem[];
}

/** An entry of the ledger after the run. */
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
  /** Order id to what it holds. */
  readonly holds: Readonly<Record<string, { readonly quantity: number }>>;
}

/** A run from the outside, and what it left behind. */
export interface History {
  readonly posts: readonly Post[];
  readonly sightings: readonly Sighting[];
  /** Pieces of each SKU before the first order. */
  readonly initialStock: Readonly<Record<string, number>>;
  /** The fewest pieces of each SKU that were seen during the run. */
  readonly lowestStock: Readonly<Record<string, number>>;
  readonly orders: readonly FinalOrder[];
  readonly payments: readonly FinalPayment[];
  readonly stock: readonly FinalStock[];
}
