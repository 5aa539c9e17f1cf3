/**
 * Finds what is older than an order should take: holds, authorizations, and claims whose lease has run out. No index helps:
 * one that held only what is open would cost two more writes an order. A scan is cheap for stock, which has one item a SKU;
 * orders and payments grow, so there the pace bounds the cost, and a pass takes the longer.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Finding, isOverdue } from './decide.js';
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

/** The findings of all tables, page by page. Rejects when the signal aborts. */
export type Find = (overdue: Overdue, signal: AbortSignal) => AsyncGenerator<readonly Finding[]>;

/** A search of the three tables. */
export function createFind(dynamo: DynamoDBDocumentClient, tables: ReconciledTables, pace: ScanPace): Find {
  return async function* find(overdue, signal) {
    for await (const items of scanPages<HeldItem>(dynamo, heldItems(tables), pace, signal))
      yield items.flatMap((item) => toHolds(item, overdue));
    for await (const entries of scanPages<OpenPayment>(dynamo, openPayments(tables, overdue), pace, signal))
      yield entries.map(toAuthorization);
    for await (const records of scanPages<OpenClaim>(dynamo, openClaims(tables, overdue), pace, signal))
      yield records.map(toClaim);
  };
}

/** An item of the inventory table, as far as it is read. */
interface HeldItem {
  readonly sku: string;
  readonly holds: Readonly<Record<string, { readonly quantity: number; readonly at: number }>>;
}

function heldItems({ inventoryTable }: ReconciledTables) {
  return {
    TableName: inventoryTable,
    FilterExpression: 'size(#holds) > :none',
    ProjectionExpression: '#sku, #holds',
    ExpressionAttributeNames: { '#sku': 'sku', '#holds': 'holds' },
    ExpressionAttributeValues: { ':none': 0 },
  };
}

function toHolds({ sku, holds }: HeldItem, { now, ageMs }: Overdue): Finding[] {
  return Object.entries(holds)
    .filter(([, { at }]) => isOverdue(at, now, ageMs))
    .map(([orderId, { quantity, at }]) => ({ kind: 'hold', orderId, since: at, sku, quantity }));
}

/** An entry of the payments table, as far as it is read. */
interface OpenPayment {
  readonly order_id: string;
  readonly updated_at: string;
}

function openPayments({ paymentsTable }: ReconciledTables, { now, ageMs }: Overdue) {
  return {
    TableName: paymentsTable,
    FilterExpression: '#state = :authorized AND #updated_at < :before',
    ProjectionExpression: '#order_id, #updated_at',
    ExpressionAttributeNames: { '#order_id': 'order_id', '#state': 'state', '#updated_at': 'updated_at' },
    ExpressionAttributeValues: {
      ':authorized': 'AUTHORIZED',
      ':before': new Date(now - ageMs).toISOString(),
    },
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

function openClaims({ ordersTable }: ReconciledTables, { now, ageMs }: Overdue) {
  return {
    TableName: ordersTable,
    FilterExpression: '#status = :processing AND #lease_until < :before',
    ProjectionExpression: '#order_id, #lease_until',
    ExpressionAttributeNames: {
      '#order_id': 'order_id',
      '#status': 'status',
      '#lease_until': 'lease_until',
    },
    ExpressionAttributeValues: { ':processing': 'PROCESSING', ':before': now - ageMs },
  };
}

function toClaim({ order_id, lease_until }: OpenClaim): Finding {
  return { kind: 'claim', orderId: order_id, since: lease_until };
}
