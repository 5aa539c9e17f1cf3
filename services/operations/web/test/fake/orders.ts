/** Orders of the fake service, made without chance, so that each run shows the same. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type DeadLetter,
  DeadLetterSchema,
  type GetOrderResponseSchema,
  OrderStatus,
  type OrderSummary,
  OrderSummarySchema,
  StepKind,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';

/** Creates the order with that number; number 0 is the oldest. `startMs` is when it was placed. */
export function createOrder(
  number: number,
  startMs: number,
  fields: MessageInitShape<typeof OrderSummarySchema> = {},
): OrderSummary {
  const createdMs = startMs + number * 40;
  return create(OrderSummarySchema, {
    orderId: `0193a000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    userId: `customer-${number % 17}`,
    status: OrderStatus.COMPLETED,
    amount: 2_500n,
    currency: 'USD',
    createdAt: timestampFromMs(createdMs),
    updatedAt: timestampFromMs(createdMs + 38),
    requestId: `request-${number}`,
    traceId: String(number).padStart(32, '0'),
    attempt: 1,
    items: [{ sku: 'MUG-01', quantity: 2 }],
    ...fields,
  });
}

/** Creates a dead letter of the order with that number. */
export function createDeadLetter(number: number, startMs: number): DeadLetter {
  const order = createOrder(number, startMs);
  return create(DeadLetterSchema, {
    messageId: `message-${number}`,
    orderId: order.orderId,
    userId: order.userId,
    amount: order.amount,
    currency: order.currency,
    reason: number % 5 === 0 ? 'POISON' : 'RETRIES_EXHAUSTED',
    firstError: 'payment: [unavailable] the gateway does not answer',
    receiveCount: 5,
    deadLetteredAt: timestampFromMs(startMs + number * 40 + 30_000),
    ...(order.createdAt && { createdAt: order.createdAt }),
  });
}

/** Describes an order that failed once and then completed. */
export function describeOrder(): MessageInitShape<typeof GetOrderResponseSchema> {
  const at = (milliseconds: number) => timestampFromMs(1_700_000_000_000 + milliseconds);
  const error = 'payment: [unavailable] the gateway does not answer';
  const tried = (milliseconds: number) => [
    { kind: StepKind.CLAIMED, at: at(milliseconds), durationMs: 4 },
    { kind: StepKind.RESERVED, at: at(milliseconds + 12), durationMs: 11, result: 'RESERVED' },
    {
      kind: StepKind.SCORED,
      at: at(milliseconds + 8),
      durationMs: 7,
      result: 'ACCEPT',
      detail: 'score 0.12',
    },
  ];
  return {
    explanation: 'The order is completed: it was charged once, and its items are sold.',
    fraudScore: 0.12,
    firstError: error,
    actions: ['refund'],
    deadLetter: true,
    payment: {
      state: 'CAPTURED',
      amount: 2_500n,
      currency: 'USD',
      captureCount: 1,
      gatewayReference: 'ch_1',
    },
    holds: [{ sku: 'MUG-01', shard: 0, quantity: 2, token: '2.1' }],
    timeline: [
      { kind: StepKind.ACCEPTED, at: at(0) },
      { kind: StepKind.SETTLED, at: at(3_069), attempt: 2, result: 'CAPTURED' },
    ],
    attempts: [
      {
        number: 1,
        claimedAt: at(10),
        error,
        steps: [...tried(10), { kind: StepKind.ATTEMPT_FAILED, at: at(1_022), durationMs: 1_000 }],
      },
      {
        number: 2,
        claimedAt: at(3_000),
        steps: [
          ...tried(3_000),
          { kind: StepKind.AUTHORIZED, at: at(3_032), durationMs: 19, result: 'AUTHORIZED' },
          { kind: StepKind.DECIDED, at: at(3_038), durationMs: 5, result: 'COMPLETED' },
        ],
      },
    ],
  };
}
