/** The payments table's items as they are read. */
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import type { TableOptions } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import { type LedgerEntry, PAYMENT_STATES, PROVIDER_PROBLEMS } from './decide.js';
import { type LedgerRefund, REFUND_STATES } from './refund/decide.js';

const RefundSchema: z.ZodType<LedgerRefund> = z.looseObject({
  refund_id: z.string(),
  amount: z.int(),
  state: z.enum(REFUND_STATES),
  reason: z.string(),
  gateway_reference: z.string(),
  sequence: z.int(),
  refunded_total: z.int(),
  updated_at: z.string(),
});

/** Options of the payments table. */
export const LEDGER: Omit<TableOptions<LedgerEntry>, 'name'> = {
  keyName: 'order_id',
  parse: createItemParser<LedgerEntry>(
    z.looseObject({
      order_id: z.string(),
      state: z.enum(PAYMENT_STATES),
      amount: z.int(),
      currency: z.string(),
      gateway_reference: z.string(),
      decline_code: z.string(),
      capture_count: z.int(),
      reauthorizations: z.exactOptional(z.int()),
      note: z.exactOptional(z.string()),
      refunds: z.exactOptional(z.array(RefundSchema)),
      refund_version: z.exactOptional(z.int()),
      provider_problem: z.exactOptional(z.enum(PROVIDER_PROBLEMS)),
      updated_at: z.string(),
    }),
  ),
};
