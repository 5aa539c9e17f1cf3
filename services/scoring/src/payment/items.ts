/** The payments table's items as they are read. */
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import type { TableOptions } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import { type LedgerEntry, PAYMENT_STATES } from './decide.js';

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
      updated_at: z.string(),
    }),
  ),
};
