/** Everything that a run does on its own account: who orders what, and what breaks when. */
import type { QueueFaults } from '../cloud/sqs/queue.js';
import type { FaultWindow } from './faults.js';

/** Body of a client's order. */
export interface PlannedBody {
  readonly user_id: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly payment_method: string;
}

/** One client with one purchase in mind. Times in virtual milliseconds. */
export interface PlannedClient {
  /** Unique in the plan; names the client also in a shrunk plan. */
  readonly id: number;
  readonly at: number;
  readonly body: PlannedBody;
  readonly key?: string;
  /** POSTs at the same time: a double click. Above one only with a key. */
  readonly posts: number;
  /** Longest wait of the client for a response. */
  readonly patienceMs: number;
  /** POSTs one after the other until there is a definite answer. */
  readonly tries: number;
  /** Posts another body under the same key, so much later. */
  readonly reuse?: { readonly afterMs: number; readonly body: PlannedBody };
  /** Posts the same body under the same key again, so much later. */
  readonly repeatAfterMs?: number;
  /** Cancels so long after the order was accepted. */
  readonly cancelAfterMs?: number;
  /** Polls until the order is final. */
  readonly followed: boolean;
}

/** Something that happens to the environment, once. */
export type Incident = { readonly id: number; readonly at: number } & (
  | { readonly kind: 'crash'; readonly machine: string; readonly downMs: number }
  | { readonly kind: 'terminate'; readonly machine: string }
  | { readonly kind: 'pause'; readonly machine: string; readonly forMs: number }
  | {
      readonly kind: 'clock';
      readonly machine: string;
      readonly offsetMs: number;
      readonly driftMsPerSecond: number;
    }
  | { readonly kind: 'redis-flush' }
  | { readonly kind: 'redis-outage'; readonly forMs: number }
  | { readonly kind: 'gateway-outage'; readonly forMs: number }
  /** Authorizations that are open at that time lapse, each with this chance. */
  | { readonly kind: 'lapse'; readonly share: number }
  /** Dead letters of claimed orders are lost, as when they expire. */
  | { readonly kind: 'dead-letters-lost' }
  | { readonly kind: 'restock'; readonly sku: string; readonly deliveryId: string; readonly quantity: number }
  /** An operator redrives everything. */
  | ({ readonly kind: 'redrive' } & OperatorCrash)
  /** An operator fails an undecided order, or the dead letter of a client's. */
  | ({ readonly kind: 'fail'; readonly client: number } & OperatorCrash)
  /** An operator cancels an undecided order, or a client's. */
  | ({ readonly kind: 'cancel'; readonly client: number } & OperatorCrash)
  /** An operator resumes an undecided order, or a client's, though its message may be there. */
  | ({ readonly kind: 'resume'; readonly client: number } & OperatorCrash)
  /** Operators charge an order whose capture failed, or write it off, in one or two terminals at once. */
  | ({ readonly kind: 'charge'; readonly terminals: 1 | 2 } & OperatorCrash)
  /** An operator refunds a client's order, once or in two terminals at once. */
  | ({
      readonly kind: 'refund';
      readonly client: number;
      /** Share of the amount, in (0, 1]; all that is left by default. */
      readonly share?: number;
      /** Returns the order's items to stock as well. */
      readonly restock: boolean;
      readonly terminals: 1 | 2;
    } & OperatorCrash)
);

/** Crash of an operator's command. */
interface OperatorCrash {
  /** In milliseconds after its start; never by default. */
  readonly crashAfterMs?: number;
}

/** An article and how many pieces there are at first. */
export interface PlannedStock {
  readonly sku: string;
  readonly unitPrice: number;
  readonly quantity: number;
}

/** A run. */
export interface Plan {
  readonly seed: number;
  readonly machines: Readonly<Record<'api' | 'processor' | 'scoring', number>>;
  readonly stock: readonly PlannedStock[];
  readonly clients: readonly PlannedClient[];
  readonly incidents: readonly Incident[];
  readonly windows: readonly FaultWindow[];
  readonly queueFaults: QueueFaults;
  /** Settled orders from before the run, which every walk of the reconciler reads. */
  readonly archivedOrders: number;
  /** Settings of the processors that differ from production's defaults. */
  readonly settings: Readonly<Record<string, string>>;
  /** True when DynamoDB enforces the limits of partitions. */
  readonly partitionLimits: boolean;
  /** No fault after it. */
  readonly faultsEndMs: number;
  /** Every order must be final by then. */
  readonly deadlineMs: number;
  /** Messages that may reach the dead-letter queue; any number by default. */
  readonly deadLettersMax?: number;
}
