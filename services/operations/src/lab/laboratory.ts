/** Places orders of every outcome, remembers them for the verdict, and repeats their messages while that fault lasts. */
import { randomUUID } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { encodeOrderPlaced, type PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { Clock } from '@order-pipeline/platform/clock';
import type { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import type { StockOfSku } from '../operator/stock.js';
import type { LabAccepted, LabApi } from './api.js';
import { type LabOrder, pickOutcome, toLabOrder } from './outcomes.js';

/** Dependencies of a {@link Laboratory}. */
export interface LaboratoryDeps {
  readonly api: LabApi;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly feed: Pick<OrderFeedWriter, 'add'>;
  readonly readStock: () => Promise<readonly StockOfSku[]>;
  readonly clock: Clock;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
}

/** An order that was placed here. */
export interface LabPlaced {
  readonly order_id: string;
  readonly outcome: Outcome;
  /** Empty for an order that did not come through the API. */
  readonly poll_url: string;
  readonly requestId: string;
}

const DEAD_LETTER_ERROR = 'ConnectError: [unavailable] fraud does not respond; calls are suspended';

/** The orders of this process. */
export class Laboratory {
  readonly #deps: LaboratoryDeps;
  readonly #orders = new Set<string>();
  /** Until when messages are sent twice, epoch milliseconds. */
  #duplicatesUntil = 0;
  #duplicates = 0;

  constructor(deps: LaboratoryDeps) {
    this.#deps = deps;
  }

  /** Ids of the orders that were placed here. */
  get orders(): ReadonlySet<string> {
    return this.#orders;
  }

  /** Until when messages are sent twice, epoch milliseconds; and how many were. */
  get duplicates(): { readonly until: number; readonly count: number } {
    return { until: this.#duplicatesUntil, count: this.#duplicates };
  }

  /** Sends the message of each order twice until then. */
  duplicateUntil(until: number): void {
    this.#duplicatesUntil = until;
  }

  /** Reads the stock that orders are made from. */
  readStock(): Promise<readonly StockOfSku[]> {
    return this.#deps.readStock();
  }

  /** Places one order. @throws {LabRefusedError} when the API did not accept it */
  async place(asked: Outcome, stock: readonly StockOfSku[], signal: AbortSignal): Promise<LabPlaced> {
    const { api, random } = this.#deps;
    const outcome = pickOutcome(asked, random());
    const order = toLabOrder(outcome, stock, api.nextUser());
    if (outcome === Outcome.DEAD_LETTER) return this.#deadLetter(order);
    const accepted = await api.place(order, signal);
    this.#orders.add(accepted.order_id);
    if (outcome === Outcome.CANCELLED) await api.cancel(accepted, signal).catch(() => undefined);
    if (this.#deps.clock() < this.#duplicatesUntil) await this.#repeat(order, accepted);
    const { order_id, poll_url, requestId } = accepted;
    return { order_id, outcome, poll_url, requestId };
  }

  /** Sends the message of the API again. */
  async #repeat(order: LabOrder, { order_id, requested_at, requestId }: LabAccepted): Promise<void> {
    const { sqs, queueUrl } = this.#deps;
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: encodeOrderPlaced({ ...order, order_id, created_at: requested_at }),
        MessageGroupId: order.user_id,
        MessageAttributes: { request_id: { DataType: 'String', StringValue: requestId } },
      }),
    );
    this.#duplicates += 1;
  }

  /** Creates an order as the processor dead-letters it after a long outage. */
  async #deadLetter(order: LabOrder): Promise<LabPlaced> {
    const { sqs, deadLetterQueueUrl, feed, clock } = this.#deps;
    const requestId = randomUUID();
    const placed: PlacedOrder = {
      ...order,
      order_id: randomUUID(),
      created_at: new Date(clock()).toISOString(),
    };
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: encodeOrderPlaced(placed),
        MessageGroupId: order.user_id,
        MessageAttributes: {
          request_id: attribute(requestId),
          dead_letter_reason: attribute('RETRIES_EXHAUSTED'),
          first_error: attribute(DEAD_LETTER_ERROR),
          receive_count: attribute('5'),
          original_message_id: attribute(randomUUID()),
        },
      }),
    );
    const { order_id, user_id, amount, currency, items, created_at } = placed;
    feed.add({ order_id, user_id, amount, currency, items, created_at, request_id: requestId });
    this.#orders.add(order_id);
    return { order_id, outcome: Outcome.DEAD_LETTER, poll_url: '', requestId };
  }
}
