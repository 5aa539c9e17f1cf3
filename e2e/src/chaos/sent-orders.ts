/** Records the orders that the queue took from the API, whatever became of the answers. */
import { decodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import type { SentOrder } from './history.js';
import type { Answer, HttpObserver } from './http-proxy.js';

interface SendBatch {
  readonly Entries: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string }>>;
  }[];
}

/** A message of an order, as the queue took it. */
export interface SentMessage {
  readonly body: string;
  readonly requestId: string;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id: string }[];
}

/** Watches a proxy in front of SQS. Only the API sends orders in batches. */
export class SentOrders implements HttpObserver {
  /** Orders so far, each as often as it was sent. */
  readonly all: SentOrder[] = [];
  readonly #messages = new Map<string, SentMessage>();

  /** Returns the message of an order; undefined when the queue took none. */
  messageOf(orderId: string): SentMessage | undefined {
    return this.#messages.get(orderId);
  }

  readonly onAnswer = (operation: string, body: Buffer, { status, body: answer }: Answer): void => {
    if (operation !== 'SendMessageBatch' || status !== 200) return;
    const { Successful = [] } = JSON.parse(answer.toString()) as BatchAnswer;
    const taken = new Set(Successful.map(({ Id }) => Id));
    for (const { Id, MessageBody, MessageAttributes } of (JSON.parse(body.toString()) as SendBatch).Entries) {
      const request_id = MessageAttributes?.request_id?.StringValue;
      if (!taken.has(Id) || request_id === undefined) continue;
      const { order_id } = decodeOrderPlaced(MessageBody);
      this.all.push({ order_id, request_id });
      this.#messages.set(order_id, { body: MessageBody, requestId: request_id });
    }
  };
}
