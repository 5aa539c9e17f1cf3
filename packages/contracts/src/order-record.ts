/** The schema of the orders table's items, for readers to check. */
import { z } from 'zod';
import type { AttemptTrace, StepTrace } from './order-timeline.js';
import { type OrderItem, type OrderRecord, PAYMENT_PROBLEMS, REJECTION_REASONS } from './orders.js';
import type { Hold } from './stock.js';

const OrderItemSchema: z.ZodType<OrderItem> = z.looseObject({ sku: z.string(), quantity: z.int() });

const HoldSchema: z.ZodType<Hold> = z.looseObject({
  sku: z.string(),
  shard: z.int(),
  token: z.string(),
  quantity: z.int(),
});

const StepTraceSchema: z.ZodType<StepTrace> = z.tuple([
  z.enum(['reserve', 'score', 'authorize', 'decide']),
  z.number(),
  z.number(),
  z.string(),
]);

const AttemptTraceSchema: z.ZodType<AttemptTrace> = z.looseObject({
  at: z.number(),
  steps: z.exactOptional(z.array(StepTraceSchema)),
  error: z.exactOptional(z.string()),
});

/** An item of the orders table. Attributes that a newer writer added stay. */
export const OrderRecordSchema: z.ZodType<OrderRecord> = z.looseObject({
  order_id: z.string(),
  user_id: z.exactOptional(z.string()),
  amount: z.exactOptional(z.int()),
  currency: z.exactOptional(z.string()),
  items: z.exactOptional(z.array(OrderItemSchema)),
  created_at: z.exactOptional(z.string()),
  status: z.enum(['PROCESSING', 'COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED']),
  reason: z.exactOptional(z.enum([...REJECTION_REASONS, 'RETRIES_EXHAUSTED', 'QUEUE_EXPIRED'])),
  failure_note: z.exactOptional(z.string()),
  first_error: z.exactOptional(z.string()),
  attempt: z.int(),
  claim_id: z.exactOptional(z.string()),
  cancel_id: z.exactOptional(z.string()),
  cancelled_by: z.exactOptional(z.literal('operator')),
  counted: z.exactOptional(z.boolean()),
  settlement_due: z.exactOptional(z.boolean()),
  event_published: z.exactOptional(z.boolean()),
  lease_until: z.number(),
  payment_method: z.exactOptional(z.string()),
  fingerprint: z.exactOptional(z.string()),
  account_created_at: z.exactOptional(z.string()),
  holds: z.exactOptional(z.array(HoldSchema)),
  payment_problem: z.exactOptional(z.enum(PAYMENT_PROBLEMS)),
  charged: z.exactOptional(z.boolean()),
  restocked: z.exactOptional(z.boolean()),
  refunded_amount: z.exactOptional(z.int()),
  refunds_published: z.exactOptional(z.int()),
  fraud_score: z.exactOptional(z.number()),
  request_id: z.exactOptional(z.string()),
  trace_id: z.exactOptional(z.string()),
  timeline: z.exactOptional(z.array(AttemptTraceSchema)),
  updated_at: z.string(),
});
