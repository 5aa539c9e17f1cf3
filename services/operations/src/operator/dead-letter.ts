/** A message of the dead-letter queue, as operators see it. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_ATTRIBUTES, REDRIVEN_FROM_ATTRIBUTE } from '@order-pipeline/contracts/dead-letters';
import {
  decodeOrderPlaced,
  MalformedOrderEventError,
  type PlacedOrder,
} from '@order-pipeline/contracts/order-event';

/** A message that was received from the dead-letter queue and is hidden there for a while. */
export interface DeadLetter {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Undefined where the body is no order. */
  readonly order: PlacedOrder | undefined;
  /** Reason of the dead-lettering; MOVED_BY_SQS for the queue's own redrive policy, which gives no reasons. */
  readonly reason: string;
  readonly firstError: string | undefined;
  /** Number of receives by the processor. */
  readonly receiveCount: number | undefined;
  /** The message's id when it was in the order queue. */
  readonly originalId: string;
  /** Time at which it reached the dead-letter queue (if SQS moved it: the order queue), in epoch milliseconds. */
  readonly sentAt: number;
  readonly groupId: string | undefined;
  /** As they were received, to be sent again unchanged. */
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
}

/** Reads a received message. */
export function toDeadLetter(message: Message): DeadLetter {
  const { MessageAttributes: attributes = {}, Attributes: system = {} } = message;
  const text = (name: (typeof DEAD_LETTER_ATTRIBUTES)[number]) => attributes[name]?.StringValue;
  const id = message.MessageId ?? '';
  const body = message.Body ?? '';
  return {
    id,
    body,
    receiptHandle: message.ReceiptHandle ?? '',
    order: orderOf(body),
    reason: text('dead_letter_reason') ?? 'MOVED_BY_SQS',
    firstError: text('first_error'),
    receiveCount: text('receive_count') === undefined ? undefined : Number(text('receive_count')),
    originalId: text('original_message_id') ?? id,
    sentAt: Number(system.SentTimestamp),
    groupId: system.MessageGroupId,
    attributes,
  };
}

/** Returns true when `id` is this message's id or its order id. */
export function isMeant(letter: DeadLetter, id: string): boolean {
  return letter.id === id || letter.order?.order_id === id;
}

/**
 * The attributes that a message had before it was dead-lettered, and the span that dead-lettered it, to which the next
 * delivery's span is linked.
 */
export function originalAttributes({ attributes }: DeadLetter): Record<string, MessageAttributeValue> {
  const added: ReadonlySet<string> = new Set(DEAD_LETTER_ATTRIBUTES);
  const { dead_letter_traceparent: from } = attributes;
  return {
    ...Object.fromEntries(Object.entries(attributes).filter(([name]) => !added.has(name))),
    ...(from && { [REDRIVEN_FROM_ATTRIBUTE]: from }),
  };
}

/** The request that placed an order. */
export interface OrderOrigin {
  readonly requestId?: string | undefined;
  /** W3C Trace Context. */
  readonly traceparent?: string | undefined;
}

/** Returns the request that placed the order of a dead letter. */
export function originOf({ attributes }: DeadLetter): Required<OrderOrigin> {
  return {
    requestId: attributes.request_id?.StringValue,
    traceparent: attributes.traceparent?.StringValue,
  };
}

function orderOf(body: string): PlacedOrder | undefined {
  try {
    return decodeOrderPlaced(body);
  } catch (error) {
    if (error instanceof MalformedOrderEventError) return undefined;
    throw error;
  }
}
