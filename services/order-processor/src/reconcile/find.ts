/**
 * Finds what may be open for too long: holds, old authorizations, and claims whose lease has run out. A hold has no age; its
 * order has, and decides. No index helps:
 * one that held only what is open would cost two more writes an order. A scan is cheap for stock, which has one item a SKU;
 * orders and payments grow, so there the pace bounds the cost, and a pass takes the longer.
 */
import { parseShardKey, piecesOf } from '@order-pipeline/contracts/stock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { MalformedItemError } from '@order-pipeline/platform/dynamo/errors';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import { type ScanOptions, Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import { type HeldItem, HeldItemSchema } from '../stock-item.js';
import type { Finding } from './decide.js';
import { type ScanPace, scanPages } from './scan.js';

/** Where to look. */
export interface ReconciledTables {
  readonly ordersTable: string;
  readonly inventoryTable: string;
  readonly paymentsTable: string;
}

/** What counts as old, in epoch milliseconds and milliseconds. */
export interface Overdue {
  readonly now: number;
  readonly ageMs: number;
}

/**
 * The findings of all tables, page by page. Rejects when the signal aborts, and at the end with the first
 * MalformedItemError when there were items that do not parse.
 */
export type Find = (overdue: Overdue, signal: AbortSignal) => AsyncGenerator<readonly Finding[]>;

/** Creates a search of the three tables. */
export function createFind(dynamo: DynamoClient, tables: ReconciledTables, pace: ScanPace): Find {
  const { inventory, payments, orders } = openTables(dynamo, tables);
  return async function* find(overdue, signal) {
    const malformed: MalformedItemError[] = [];
    for await (const page of scanPages(inventory, HELD_ITEMS, pace, signal)) {
      malformed.push(...page.malformed);
      yield page.items.flatMap(toHolds);
    }
    for await (const page of scanPages(payments, openPayments(overdue), pace, signal)) {
      malformed.push(...page.malformed);
      yield page.items.map(toAuthorization);
    }
    for await (const page of scanPages(orders, openClaims(overdue), pace, signal)) {
      malformed.push(...page.malformed);
      yield page.items.map(toClaim);
    }
    if (malformed[0]) throw malformed[0];
  };
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
}

const parseOpenPayment = createItemParser<OpenPayment>(
  z.looseObject({ order_id: z.string(), updated_at: z.string() }),
);

function openPayments({ now, ageMs }: Overdue): TableScan<OpenPayment> {
  return {
    filter: '#state = :authorized AND #updated_at < :before',
    values: { ':authorized': 'AUTHORIZED', ':before': new Date(now - ageMs).toISOString() },
    projection: { attributes: ['order_id', 'updated_at'], parse: parseOpenPayment },
  };
}

function toAuthorization({ order_id, updated_at }: OpenPayment): Finding {
  return { kind: 'authorization', orderId: order_id, since: Date.parse(updated_at) };
}

/** A record of the orders table, as far as it is read. */
interface OpenClaim {
  readonly order_id: string;
  readonly lease_until: number;
}

const parseOpenClaim = createItemParser<OpenClaim>(
  z.looseObject({ order_id: z.string(), lease_until: z.number() }),
);

function openClaims({ now, ageMs }: Overdue): TableScan<OpenClaim> {
  return {
    filter: '#status = :processing AND #lease_until < :before',
    values: { ':processing': 'PROCESSING', ':before': now - ageMs },
    projection: { attributes: ['order_id', 'lease_until'], parse: parseOpenClaim },
  };
}

function toClaim({ order_id, lease_until }: OpenClaim): Finding {
  return { kind: 'claim', orderId: order_id, since: lease_until };
}
