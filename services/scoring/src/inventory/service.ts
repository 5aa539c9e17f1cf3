/** inventory.v1: validates, calls the store, translates. */
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import {
  type InventoryService,
  ReserveOutcome,
  type ReserveRequest,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import type { Hold } from '@order-pipeline/contracts/stock';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import { PREVIOUS_TRIES_HEADER } from '@order-pipeline/platform/rpc/context';
import type { Counter } from 'prom-client';
import { createTranslator, NotFoundError, RefusedError } from '../errors.js';
import { createPermit } from '../permit.js';
import { decidePrice, type OrderLine, totalStock } from './decide.js';
import type { HoldingCall } from './holding.js';
import type { Stock } from './shard-reader.js';
import { type InventoryStore, type Reserved, skusOf } from './store.js';
import { validateReserve, validateRestock, validateSettle, validateSku } from './validate.js';

/** Dependencies of the inventory service. */
export interface InventoryDeps {
  readonly logger: Logger;
  readonly store: InventoryStore;
  readonly clock: Clock;
  /** Creates the part of a token that no other call ever has. */
  readonly newTryId: () => string;
  /** Counts the responses to Reserve. */
  readonly reservations: Counter<'outcome'>;
}

/** Result of a reservation, as in ReserveResponse. */
interface Reservation {
  readonly outcome: ReserveOutcome;
  readonly sku?: string;
  readonly total?: bigint;
  readonly holds?: Hold[];
}

/** The service of inventory.v1. */
export function createInventoryService(deps: InventoryDeps): ServiceImpl<typeof InventoryService> {
  const { store, clock, newTryId, reservations, logger } = deps;
  const answer = createTranslator(logger);
  return {
    reserve: answer(async (request, { signal }) => {
      const permit = createPermit(validateReserve(request), signal, clock);
      const { orderId, attempt } = request;
      const reservation = await reserve(store, request, { orderId, attempt, tryId: newTryId(), permit });
      reservations.inc({ outcome: ReserveOutcome[reservation.outcome].toLowerCase() });
      return reservation;
    }),
    confirm: answer(async (request, context) => {
      const { orderId, lines, holds } = validateSettle(request);
      const named = holds.length > 0 ? holds : await store.holdsOf(skusOf(lines), orderId);
      const { sold, missing, returned } = await store.confirm(orderId, named);
      return {
        confirmedLines: countLines(lines, sold, missing),
        missingHolds: [...missing],
        returnedHolds: [...returned],
        retried: isRetried(context),
      };
    }),
    release: answer(async (request) => {
      const { orderId, lines, holds } = validateSettle(request);
      const named = holds.length > 0 ? holds : await store.holdsOf(skusOf(lines), orderId);
      return { releasedLines: countLines(lines, await store.release(orderId, named)) };
    }),
    getStock: answer(async ({ sku }) => {
      validateSku(sku);
      return { stock: toStock(sku, await store.find(sku)) };
    }),
    restock: answer(async (request) => {
      const delivery = validateRestock(request);
      return { stock: toStock(delivery.sku, await store.restock(delivery)) };
    }),
  };
}

/**
 * Reserves by prices that are at most a second old, and rejects by current ones. A repeated attempt needs the current number of
 * shards too: an earlier one may hold pieces at a shard that was added since.
 */
async function reserve(
  store: InventoryStore,
  { lines, amount, currency }: ReserveRequest,
  call: HoldingCall,
): Promise<Reservation> {
  call.permit();
  if (lines.length === 0) return { outcome: ReserveOutcome.RESERVED };
  const ordered = { amount, currency };
  let prices = await store.prices(skusOf(lines), call.attempt > 1 ? 'current' : 'recent');
  let price = decidePrice(lines, prices, ordered);
  if (price.outcome !== 'PRICED') {
    prices = await store.prices(skusOf(lines), 'current');
    price = decidePrice(lines, prices, ordered);
  }
  if (price.outcome === 'UNKNOWN_SKU') return { outcome: ReserveOutcome.UNKNOWN_SKU, sku: price.sku };
  if (price.outcome === 'AMOUNT_MISMATCH')
    return { outcome: ReserveOutcome.AMOUNT_MISMATCH, total: price.total };
  const { refused, holds } = await store.hold(lines, prices, call);
  if (refused) return { ...toRefusal(refused, call.orderId), holds: [...holds] };
  return { outcome: ReserveOutcome.RESERVED, total: price.total, holds: [...holds] };
}

function toRefusal({ sku, outcome }: NonNullable<Reserved['refused']>, orderId: string): Reservation {
  switch (outcome) {
    case 'short':
      return { outcome: ReserveOutcome.OUT_OF_STOCK, sku };
    case 'gone':
      return { outcome: ReserveOutcome.UNKNOWN_SKU, sku };
    case 'other-quantity':
      throw new RefusedError(`Order ${orderId} holds another quantity of ${sku} already`);
  }
}

/** Lines of which holds are among `settled`, and none among `missing`. */
function countLines(
  lines: readonly OrderLine[],
  settled: readonly Hold[],
  missing: readonly Hold[] = [],
): number {
  const done = new Set(settled.map(({ sku }) => sku));
  for (const { sku } of missing) done.delete(sku);
  return lines.filter(({ sku }) => done.has(sku)).length;
}

function isRetried({ requestHeader }: HandlerContext): boolean {
  return requestHeader.has(PREVIOUS_TRIES_HEADER);
}

function toStock(sku: string, stock: Stock | undefined) {
  if (!stock) throw new NotFoundError(`The price list has no SKU ${sku}`);
  const { available, held, sold } = totalStock(stock.shards);
  return {
    sku,
    available: BigInt(available),
    held: BigInt(held),
    sold: BigInt(sold),
    unitPrice: BigInt(stock.root.unit_price),
    currency: stock.root.currency,
  };
}
