/**
 * Finds what may be open for too long: holds, old authorizations, and claims whose lease has expired. A hold has no age; its
 * order has, and decides.
 *
 * The inventory is scanned as a whole: it grows with the SKUs, not with the orders. Orders and payments grow forever, and an
 * index of what is open would cost two more writes an order. So a walk goes through them a piece at a time: it begins where
 * the last one ended and stops when its budget is spent.
 */
import { ORDER_MESSAGE_MAX_AGE_MS } from '@order-pipeline/contracts/queues';
import { parseShardKey, piecesOf } from '@order-pipeline/contracts/stock';
import { type HeldItem, HeldItemSchema } from '@order-pipeline/order-protocol/stock-item';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { MalformedItemError } from '@order-pipeline/platform/dynamo/errors';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type PageToken, type ScanOptions, Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import type { Finding } from './decide.js';
import { type ScanPace, scanPages } from './scan.js';

/** Tables that are searched. */
export interface ReconciledTables {
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
}

/** Minimum ages, in epoch milliseconds and milliseconds. */
export interface Overdue {
  readonly now: number;
  readonly ageMs: number;
}

/** A place in the walk through payments and orders. */
export interface WalkCursor {
  readonly table: 'payments' | 'orders';
  /** Key of the last item that was read; absent at the beginning of the table. */
  readonly after?: string;
}

/** Extent of a search through payments and orders. */
export interface Walk {
  /** Start of the search; the beginning of payments by default. */
  readonly from?: WalkCursor | undefined;
  /** Read units after which it stops. */
  readonly maxReadUnits: number;
  /** Called after each page with where the next walk begins; undefined when everything has been read. */
  readonly onPage: (next: WalkCursor | undefined) => void;
}

/**
 * The findings of all tables, page by page; without a walk those of whole tables. Rejects when the signal aborts, and at the
 * end with the first MalformedItemError when there were items that do not parse.
 */
export type Find = (overdue: Overdue, signal: AbortSignal, walk?: Walk) => AsyncGenerator<readonly Finding[]>;

/** A walk through everything. */
const WHOLE: Walk = { maxReadUnits: Number.POSITIVE_INFINITY, onPage: () => undefined };

/** Creates a search of the three tables. */
export function createFind(dynamo: DynamoClient, tables: ReconciledTables, pace: ScanPace): Find {
  const { inventory, payments, orders } = openTables(dynamo, tables);
  return async function* find(overdue, signal, { from, maxReadUnits, onPage } = WHOLE) {
    const malformed: MalformedItemError[] = [];
    for await (const page of scanPages(inventory, HELD_ITEMS, pace, signal)) {
      malformed.push(...page.malformed);
      yield page.items.flatMap(toHolds);
    }
    let spent = 0;
    const start = (table: WalkCursor['table']) =>
      from?.table === table && from.after !== undefined ? { order_id: from.after } : undefined;
    if (from?.table !== 'orders')
      for await (const page of scanPages(payments, openPayments(overdue), pace, signal, start('payments'))) {
        malformed.push(...page.malformed);
        yield page.items.map(toPaymentFinding);
        onPage(page.nextPageToken ? cursorIn('payments', page.nextPageToken) : { table: 'orders' });
        spent += page.readUnits;
        if (spent >= maxReadUnits) break;
      }
    if (spent < maxReadUnits)
      for await (const page of scanPages(orders, openClaims(overdue), pace, signal, start('orders'))) {
        malformed.push(...page.malformed);
        yield page.items.map(toClaim);
        onPage(page.nextPageToken && cursorIn('orders', page.nextPageToken));
        spent += page.readUnits;
        if (spent >= maxReadUnits) break;
      }
    if (malformed[0]) throw malformed[0];
  };
}

function cursorIn(table: WalkCursor['table'], { order_id }: PageToken): WalkCursor {
  return { table, after: String(order_id) };
}

/** A scan of one table. */
type TableScan<P> = Pick<ScanOptions<P>, 'filter' | 'values' | 'projection'>;

function openTables(dynamo: DynamoClient, tables: ReconciledTables) {
  const { inventoryTable, paymentsTable, ordersTable } = tables;
  return {
    inventory: new Table(dynamo, { name: inventoryTable, keyName: 'sku', parse: parseHeldItem }),
    payments: new Table(dynamo, { name: paymentsTable, keyName: 'order_id', parse: parseOpenPayment }),
    orders: new Table(dynamo, { name: ordersTable, keyName: 'order_id', parse: parseOpenClaim }),
  };
}

const parseHeldItem = createItemParser<HeldItem>(HeldItemSchema);

const HELD_ITEMS: TableScan<HeldItem> = {
  filter: 'size(#holds) > :none',
  values: { ':none': 0 },
  projection: { attributes: ['sku', 'holds'], parse: parseHeldItem },
};

function toHolds({ sku: key, holds }: HeldItem): Finding[] {
  return Object.entries(holds).map(([orderId, token]) => ({
    kind: 'hold',
    orderId,
    hold: { ...parseShardKey(key), token, quantity: piecesOf(token) },
  }));
}

/** An entry of the payments table, as far as it is read. */
interface OpenPayment {
  readonly order_id: string;
  readonly updated_at: string;
  readonly refunds?: readonly FoundRefund[];
}

/** A refund of an entry, as far as it is read. */
interface FoundRefund {
  readonly state: string;
  readonly sequence: number;
  /** In the minor unit. */
  readonly amount: number;
  readonly updated_at: string;
}

const parseOpenPayment = createItemParser<OpenPayment>(
  z.looseObject({
    order_id: z.string(),
    updated_at: z.string(),
    refunds: z.exactOptional(
      z.array(
        z.looseObject({ state: z.string(), sequence: z.int(), amount: z.int(), updated_at: z.string() }),
      ),
    ),
  }),
);

function openPayments({ now, ageMs }: Overdue): TableScan<OpenPayment> {
  return {
    filter: '(#state = :authorized AND #updated_at < :before) OR attribute_exists(#refunds)',
    values: { ':authorized': 'AUTHORIZED', ':before': new Date(now - ageMs).toISOString() },
    projection: { attributes: ['order_id', 'updated_at', 'refunds'], parse: parseOpenPayment },
  };
}

/** Creates a finding of an open authorization, or of refunds: their order's record shows whether all are published. */
function toPaymentFinding({ order_id, updated_at, refunds }: OpenPayment): Finding {
  if (!refunds) return { kind: 'authorization', orderId: order_id, since: Date.parse(updated_at) };
  return {
    kind: 'refund',
    orderId: order_id,
    since: Math.max(...refunds.map((refund) => Date.parse(refund.updated_at))),
    refunds: {
      last: Math.max(...refunds.map(({ sequence }) => sequence)),
      amount: refunds.filter(({ state }) => state === 'DONE').reduce((sum, { amount }) => sum + amount, 0),
      isPending: refunds.some(({ state }) => state === 'PENDING'),
    },
  };
}

/** A record of the orders table, as far as it is read. */
interface OpenClaim {
  readonly order_id: string;
  readonly status: string;
  readonly lease_until: number;
  readonly user_id?: string;
}

const parseOpenClaim = createItemParser<OpenClaim>(
  z.looseObject({
    order_id: z.string(),
    status: z.string(),
    lease_until: z.number(),
    user_id: z.exactOptional(z.string()),
  }),
);

const NEVER_CLAIMED = 'attribute_not_exists(#user_id) AND attribute_not_exists(#event_published)';
const UNSETTLED = 'attribute_exists(#settlement_due) AND attribute_exists(#user_id)';
const MESSAGE_GONE = '#status = :failed OR (#status = :cancelled AND #updated_at < :expired)';

function openClaims({ now, ageMs }: Overdue): TableScan<OpenClaim> {
  return {
    filter: `((#status = :processing OR (${UNSETTLED})) AND #lease_until < :before) OR (${NEVER_CLAIMED} AND (${MESSAGE_GONE}))`,
    values: {
      ':processing': 'PROCESSING',
      ':failed': 'FAILED',
      ':cancelled': 'CANCELLED',
      ':before': now - ageMs,
      ':expired': new Date(now - ORDER_MESSAGE_MAX_AGE_MS).toISOString(),
    },
    projection: { attributes: ['order_id', 'status', 'lease_until', 'user_id'], parse: parseOpenClaim },
  };
}

function toClaim({ order_id, status, lease_until, user_id }: OpenClaim): Finding {
  if (status === 'PROCESSING') return { kind: 'claim', orderId: order_id, since: lease_until };
  if (user_id !== undefined) return { kind: 'settlement', orderId: order_id };
  return { kind: 'event', orderId: order_id, unclaimed: true };
}
