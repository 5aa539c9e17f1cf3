/**
 * The reconciler's lease and bookmark: one item of the orders table, so that one processor at a time reconciles, and the next one
 * continues where it stopped. Two that reconcile at once, after a pause or a jump of a clock, cost twice and do no harm.
 */

import { RECONCILER_KEY } from '@order-pipeline/contracts/orders';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { ConditionFailedError } from '@order-pipeline/platform/dynamo/errors';
import { allOf, anyOf } from '@order-pipeline/platform/dynamo/expressions';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import type { WalkCursor } from './find.js';

/** State that one leader passes to the next. */
export interface Bookmark {
  /** Next position of the walk; absent at its beginning. */
  readonly cursor?: WalkCursor | undefined;
  /** Stuck orders that the current walk has met. */
  readonly stuck: number;
  /** Stuck orders that the last complete walk met. */
  readonly stuck_before: number;
}

interface LeaseItem extends Bookmark {
  readonly order_id: string;
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly lease_until: number;
}

const parse = createItemParser<LeaseItem>(
  z.looseObject({
    order_id: z.string(),
    owner: z.string(),
    lease_until: z.number(),
    cursor: z.exactOptional(
      z.looseObject({ table: z.enum(['payments', 'orders']), after: z.exactOptional(z.string()) }),
    ),
    stuck: z.int(),
    stuck_before: z.int(),
  }),
);

const NEVER_HELD = 'attribute_not_exists(#lease_until)';
const EXPIRED = '#lease_until < :now';
const MINE = '#owner = :owner';

/** The lease of one process. */
export class ReconcilerLease {
  readonly #table: Table<LeaseItem>;
  readonly #owner: string;

  /** `owner` is unique to the process. */
  constructor(dynamo: DynamoClient, ordersTable: string, owner: string) {
    this.#table = new Table(dynamo, { name: ordersTable, keyName: 'order_id', parse });
    this.#owner = owner;
  }

  /** Takes or renews the lease. Returns the bookmark, or undefined when another process has the lease. */
  async take(now: number, leaseMs: number): Promise<Bookmark | undefined> {
    try {
      return await this.#table.updateAndGet(RECONCILER_KEY, {
        update: [
          'SET #owner = :owner',
          '#lease_until = :until',
          '#stuck = if_not_exists(#stuck, :none)',
          '#stuck_before = if_not_exists(#stuck_before, :none)',
        ].join(', '),
        condition: anyOf(NEVER_HELD, EXPIRED, MINE),
        values: { ':owner': this.#owner, ':now': now, ':until': now + leaseMs, ':none': 0 },
      });
    } catch (error) {
      if (error instanceof ConditionFailedError) return undefined;
      throw error;
    }
  }

  /** Leaves a bookmark, unless another process has taken the lease meanwhile. */
  async save({ cursor, stuck, stuck_before }: Bookmark): Promise<void> {
    const set = 'SET #stuck = :stuck, #stuck_before = :stuck_before';
    const values = { ':owner': this.#owner, ':stuck': stuck, ':stuck_before': stuck_before };
    const write = cursor
      ? { update: `${set}, #cursor = :cursor`, values: { ...values, ':cursor': cursor } }
      : { update: `${set} REMOVE #cursor`, values };
    try {
      await this.#table.update(RECONCILER_KEY, { ...write, condition: allOf(MINE) });
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
    }
  }
}
