/**
 * The orders table: the conditional writes of the order protocol.
 *
 *   time ->   claim (attempt 1)   tries ...   decide (attempt = 1)                   settle
 *             absent -> PROCESSING            PROCESSING -> COMPLETED | REJECTED
 *                       |  worker dies
 *                       '-- lease_until passes -> claim (attempt 2) ...  decide (attempt = 2)
 *                                                 the first worker's late decide fails: attempt is 2
 *
 *   An operator's fail is allowed where a claim is: absent or with an expired lease -> FAILED. A claim or decide that
 *   comes later fails; one that came earlier makes the fail fail.
 */
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { OrderRecordSchema } from '@order-pipeline/contracts/order-record';
import type { AttemptTrace, StepTrace } from '@order-pipeline/contracts/order-timeline';
import type { OrderFacts, OrderRecord } from '@order-pipeline/contracts/orders';
import type { Hold } from '@order-pipeline/contracts/stock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import { allOf, anyOf } from '@order-pipeline/platform/dynamo/expressions';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type ConditionalUpdate, Table } from '@order-pipeline/platform/dynamo/table';
import { cancelRecord, type EndedRecord } from './cancel.js';
import type { OrderDecision } from './decide/outcome.js';

/** An order's record with all fields of the client's request. */
export type ClaimedOrder = OrderRecord & OrderFacts & { readonly payment_method: string };

/** Returns true when a record is more than an order's early cancellation. */
export function hasFacts(record: OrderRecord): record is ClaimedOrder {
  return record.user_id !== undefined;
}

/** Returns the order as its message carried it. */
export function toPlacedOrder(record: ClaimedOrder): PlacedOrder {
  const { order_id, user_id, amount, currency, items, payment_method, created_at } = record;
  const { fingerprint, account_created_at } = record;
  return {
    order_id,
    user_id,
    amount,
    currency,
    items,
    payment_method,
    created_at,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(account_created_at !== undefined && { account_created_at: new Date(account_created_at) }),
  };
}

/** A conditional write was refused because of the current record, `record`. */
export class OrderConditionFailedError extends Error {
  override readonly name = 'OrderConditionFailedError';

  readonly record: OrderRecord;

  constructor(record: OrderRecord, options?: ErrorOptions) {
    super(`order ${record.order_id} is ${record.status} in attempt ${record.attempt}`, options);
    this.record = record;
  }
}

/** Request that placed an order. */
export interface OrderOrigin {
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

/** Values that a claim writes in addition to the order's facts. */
export interface Claim extends OrderOrigin {
  /** Unique to this claim, the same when its write is repeated. */
  readonly claimId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Epoch milliseconds. */
  readonly leaseUntil: number;
}

/** Values that an operator's fail writes. */
export interface OrderFailure extends OrderOrigin {
  /** The operator's reason, for other operators. */
  readonly note: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Refunds whose events are published. */
export interface PublishedRefunds {
  /** Sum of the refunds that were made, in the minor unit. */
  readonly refundedAmount: number;
  /** Sequence of the last one. */
  readonly published: number;
}

const ABSENT = 'attribute_not_exists(#order_id)';
const LEASE_EXPIRED = '#status = :processing AND #lease_until < :now';
/** Makes a claim that is sent again after an unknown response succeed. */
const MY_OWN_CLAIM = '#status = :processing AND #claim_id = :claim_id';
const CLAIMABLE = anyOf(ABSENT, LEASE_EXPIRED, MY_OWN_CLAIM);
const FAILABLE = anyOf(ABSENT, LEASE_EXPIRED);
const EXISTS = 'attribute_exists(#order_id)';
const NO_ERROR = 'attribute_not_exists(#first_error)';
const IS_COMPLETED = '#status = :completed';
const NEVER_REFUNDED = 'attribute_not_exists(#refunds_published)';
const NO_PROBLEM = 'attribute_not_exists(#payment_problem)';
const NOT_CHARGED_ANEW = 'attribute_not_exists(#charged)';
const UNDECIDED_IN_MY_ATTEMPT = '#status = :processing AND #attempt = :attempt';

/** Reads and writes order records. */
export class OrderStore {
  readonly #table: Table<OrderRecord>;

  constructor(dynamo: DynamoClient, tableName: string) {
    this.#table = openOrders(dynamo, tableName);
  }

  /**
   * Claims the order for one attempt. @throws {OrderConditionFailedError} with the current record when the claim is
   * refused
   */
  async claim(order: PlacedOrder, claim: Claim): Promise<ClaimedOrder> {
    return this.#update(order.order_id, {
      set: [
        '#status = :processing',
        '#attempt = if_not_exists(#attempt, :zero) + :one',
        '#lease_until = :lease_until',
        '#claim_id = :claim_id',
        '#updated_at = :updated_at',
        '#timeline = list_append(if_not_exists(#timeline, :no_attempts), :this_attempt)',
        ...setOnce(factsOf(order, claim)),
      ],
      condition: CLAIMABLE,
      values: {
        ':processing': 'PROCESSING',
        ':zero': 0,
        ':one': 1,
        ':now': claim.now,
        ':lease_until': claim.leaseUntil,
        ':claim_id': claim.claimId,
        ':updated_at': new Date(claim.now).toISOString(),
        ':no_attempts': [],
        ':this_attempt': [{ at: claim.now } satisfies AttemptTrace],
        ...valuesOf(factsOf(order, claim)),
      },
    });
  }

  /** The commit point: writes the decision of this attempt and returns the record, or throws OrderConditionFailedError. */
  async decide(
    order: ClaimedOrder,
    decision: OrderDecision,
    details: DecisionDetails,
  ): Promise<ClaimedOrder> {
    const result = {
      status: decision.status,
      ...(decision.status === 'REJECTED' && { reason: decision.reason }),
      ...(details.holds && { holds: details.holds }),
      ...(details.fraudScore !== undefined && { fraud_score: details.fraudScore }),
      ...(details.settlementDue && { settlement_due: true }),
      updated_at: new Date(details.now).toISOString(),
    };
    const trace = traceOf(order, { steps: details.steps ?? [] });
    return await this.#update(order.order_id, {
      set: [...Object.keys(result).map((name) => `#${name} = :${name}`), ...trace.set],
      condition: UNDECIDED_IN_MY_ATTEMPT,
      values: {
        ':processing': 'PROCESSING',
        ':attempt': order.attempt,
        ...valuesOf(result),
        ...trace.values,
      },
    });
  }

  /**
   * Fails an order: FAILED when it is unclaimed, or when the last claim's lease has expired without a decision. @throws
   * {OrderConditionFailedError} with the current record otherwise
   */
  async fail(order: PlacedOrder, failure: OrderFailure): Promise<ClaimedOrder> {
    const result = {
      status: 'FAILED',
      reason: 'RETRIES_EXHAUSTED',
      failure_note: failure.note,
      settlement_due: true,
      updated_at: new Date(failure.now).toISOString(),
    };
    const facts = { ...factsOf(order, failure), attempt: 0, lease_until: 0 };
    return this.#update(order.order_id, {
      set: [...Object.keys(result).map((name) => `#${name} = :${name}`), ...setOnce(facts)],
      condition: FAILABLE,
      values: {
        ':processing': 'PROCESSING',
        ':now': failure.now,
        ...valuesOf(result),
        ...valuesOf(facts),
      },
    });
  }

  /** Notes how an attempt failed, and the first error where it is the first. Returns false when another write was faster. */
  async noteFailedAttempt(order: ClaimedOrder, failed: FailedAttempt): Promise<boolean> {
    const trace = traceOf(order, failed);
    return this.#change(order.order_id, {
      update: `SET ${['#first_error = if_not_exists(#first_error, :error)', ...trace.set].join(', ')}`,
      condition: allOf(EXISTS, UNDECIDED_IN_MY_ATTEMPT),
      values: {
        ':processing': 'PROCESSING',
        ':attempt': order.attempt,
        ':error': failed.error,
        ...trace.values,
      },
    });
  }

  /** Notes the error of an attempt, unless an earlier attempt has failed. */
  async noteFirstError(orderId: string, error: string): Promise<void> {
    await this.#change(orderId, {
      update: 'SET #first_error = :error',
      condition: allOf(EXISTS, NO_ERROR),
      values: { ':error': error },
    });
  }

  /**
   * Notes that a completed order could not be charged. Returns false when that was noted before, or when the order is charged
   * since: the answer to an earlier charge comes late.
   */
  async noteCaptureFailed(orderId: string): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #payment_problem = :failed',
      condition: allOf(IS_COMPLETED, NO_PROBLEM, NOT_CHARGED_ANEW),
      values: { ':completed': 'COMPLETED', ':failed': 'CAPTURE_FAILED' },
    });
  }

  /** Notes that a final order is not settled, so that it is found without its message. */
  async noteSettlementDue(orderId: string): Promise<void> {
    await this.#change(orderId, {
      update: 'SET #settlement_due = :true',
      condition: allOf(EXISTS, '#status <> :processing'),
      values: { ':true': true, ':processing': 'PROCESSING' },
    });
  }

  /** Notes that an order is settled whose settlement was due. */
  async noteSettled(orderId: string): Promise<void> {
    await this.#change(orderId, { update: 'REMOVE #settlement_due', condition: EXISTS });
  }

  /** Notes that an order was counted that an operator ended. Returns false when that was noted before. */
  async noteCounted(orderId: string, status: 'FAILED' | 'CANCELLED'): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #counted = :true',
      condition: '#status = :status AND attribute_not_exists(#counted)',
      values: { ':status': status, ':true': true },
    });
  }

  /** Cancels an order for an operator, unless it is decided. */
  cancel(orderId: string, nowMs: number): Promise<EndedRecord> {
    return cancelRecord(this.#table, orderId, nowMs, { byOperator: true });
  }

  /** Notes that the event of an order that no worker ever claimed is published. Returns false when one has claimed it. */
  async noteEventPublished(orderId: string): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #event_published = :true',
      condition: allOf(EXISTS, 'attribute_not_exists(#user_id)'),
      values: { ':true': true },
    });
  }

  /** Records that the charge of a completed order was written off. Returns false when the order is not completed. */
  async noteWriteOff(orderId: string, note: string): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #payment_problem = :written_off, #failure_note = :note',
      condition: IS_COMPLETED,
      values: { ':completed': 'COMPLETED', ':written_off': 'WRITTEN_OFF', ':note': note },
    });
  }

  /** Notes that a completed order was charged after all. Returns false when the order is not completed. */
  async noteCaptured(orderId: string): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #charged = :true REMOVE #payment_problem',
      condition: IS_COMPLETED,
      values: { ':completed': 'COMPLETED', ':true': true },
    });
  }

  /**
   * Notes the refunds whose events are published. A note about fewer refunds than noted before changes nothing, and returns
   * false.
   */
  async noteRefunds(orderId: string, { refundedAmount, published }: PublishedRefunds): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #refunded_amount = :amount, #refunds_published = :published',
      condition: allOf(IS_COMPLETED, anyOf(NEVER_REFUNDED, '#refunds_published <= :published')),
      values: { ':completed': 'COMPLETED', ':amount': refundedAmount, ':published': published },
    });
  }

  /** Notes that a completed order's items are back in stock. Returns false when the order is not completed. */
  async noteRestocked(orderId: string): Promise<boolean> {
    return this.#change(orderId, {
      update: 'SET #restocked = :true',
      condition: IS_COMPLETED,
      values: { ':completed': 'COMPLETED', ':true': true },
    });
  }

  /** Adds the facts to the record of an order that was cancelled before any worker claimed it. */
  async complete(order: PlacedOrder, claim: Claim): Promise<ClaimedOrder> {
    const facts = factsOf(order, claim);
    return this.#update(order.order_id, { set: setOnce(facts), values: valuesOf(facts) });
  }

  /** Returns the order's record as it is now. */
  async read(orderId: string): Promise<OrderRecord | undefined> {
    return await this.#table.get(orderId);
  }

  /** Rejects when the table cannot be read. */
  async check(): Promise<void> {
    await this.#table.check();
  }

  async #change(orderId: string, write: ConditionalUpdate): Promise<boolean> {
    try {
      await this.#table.update(orderId, write);
      return true;
    } catch (error) {
      if (error instanceof ConditionFailedError) return false;
      throw error;
    }
  }

  async #update(orderId: string, { set, ...write }: OrderUpdate): Promise<ClaimedOrder> {
    try {
      const record = await this.#table.updateAndGet(orderId, { update: `SET ${set.join(', ')}`, ...write });
      return record as ClaimedOrder;
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      const record = error.current as OrderRecord | undefined;
      throw record ? new OrderConditionFailedError(record, { cause: error }) : error;
    }
  }
}

/** Opens the orders table. */
export function openOrders(dynamo: DynamoClient, name: string): Table<OrderRecord> {
  return new Table(dynamo, { name, keyName: 'order_id', parse: createItemParser(OrderRecordSchema) });
}

/** Values written with a decision. */
export interface DecisionDetails {
  /** The holds that the decision counts on: a completed order's settlement sells these and no others. */
  readonly holds?: readonly Hold[] | undefined;
  /** The score that the decision saw, in [0,1]. */
  readonly fraudScore?: number | undefined;
  /** True to note with the decision that its settlement is due. */
  readonly settlementDue?: boolean | undefined;
  /** Steps of the attempt, for the timeline. */
  readonly steps?: readonly StepTrace[] | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** An attempt that ended with an error before its decision. */
export interface FailedAttempt {
  readonly error: string;
  readonly steps: readonly StepTrace[];
}

/**
 * The part of an update that completes the timeline's last entry, which the order's claim appended. The condition on the
 * attempt makes it this worker's. A record that was claimed before timelines were recorded has none.
 */
function traceOf(
  { timeline = [] }: ClaimedOrder,
  { steps, error }: { readonly steps: readonly StepTrace[]; readonly error?: string },
): { readonly set: readonly string[]; readonly values: Readonly<Record<string, unknown>> } {
  const claimed = timeline.at(-1);
  if (!claimed) return { set: [], values: {} };
  const trace: AttemptTrace = { at: claimed.at, steps, ...(error !== undefined && { error }) };
  return { set: [`#timeline[${timeline.length - 1}] = :trace`], values: { ':trace': trace } };
}

interface OrderUpdate extends Omit<ConditionalUpdate, 'update'> {
  readonly set: readonly string[];
}

function factsOf(order: PlacedOrder, origin: OrderOrigin): Readonly<Record<string, unknown>> {
  return {
    user_id: order.user_id,
    amount: order.amount,
    currency: order.currency,
    items: order.items,
    payment_method: order.payment_method,
    created_at: order.created_at,
    ...(order.account_created_at && { account_created_at: order.account_created_at.toISOString() }),
    ...(order.fingerprint !== undefined && { fingerprint: order.fingerprint }),
    ...(origin.requestId && { request_id: origin.requestId }),
    ...(origin.traceId && { trace_id: origin.traceId }),
  };
}

/** The first message's facts stay: a second message with the same order id cannot change what is being paid. */
function setOnce(facts: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(facts).map((name) => `#${name} = if_not_exists(#${name}, :${name})`);
}

function valuesOf(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value]));
}
