/** inventory.v1: validates, calls the store, translates. */
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type InventoryService,
  ReserveOutcome,
  type ReserveRequest,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Counter } from 'prom-client';
import { createTranslator, NotFound, Refused } from '../errors.js';
import { createPermit } from '../permit.js';
import { countHeld, decidePrice, type StockItem } from './decide.js';
import { type HoldingCall, type InventoryStore, type RefusedLine, skusOf } from './store.js';
import { validateReserve, validateRestock, validateSettle, validateSku } from './validate.js';

/** What the service works with. */
export interface InventoryParts {
  readonly logger: Logger;
  readonly store: InventoryStore;
  readonly clock: Clock;
  /** Counts the answers to Reserve. */
  readonly reservations: Counter<'outcome'>;
}

/** What came of a reservation, as ReserveResponse says it. */
interface Reservation {
  readonly outcome: ReserveOutcome;
  readonly sku?: string;
  readonly total?: bigint;
}

/** The service of inventory.v1. */
export function createInventoryService(parts: InventoryParts): ServiceImpl<typeof InventoryService> {
  const { store, clock, reservations, logger } = parts;
  const answer = createTranslator(logger);
  return {
    reserve: answer(async (request, { signal }) => {
      const permit = createPermit(validateReserve(request), signal, clock);
      const reservation = await reserve(store, request, { orderId: request.orderId, at: clock(), permit });
      reservations.inc({ outcome: ReserveOutcome[reservation.outcome].toLowerCase() });
      return reservation;
    }),
    confirm: answer(async (request) => {
      validateSettle(request);
      return { confirmedLines: await store.confirmAll(skusOf(request.lines), request.orderId) };
    }),
    release: answer(async (request) => {
      validateSettle(request);
      return { releasedLines: await store.releaseAll(skusOf(request.lines), request.orderId) };
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

async function reserve(
  store: InventoryStore,
  { lines, amount, currency }: ReserveRequest,
  call: HoldingCall,
): Promise<Reservation> {
  call.permit();
  if (lines.length === 0) return { outcome: ReserveOutcome.RESERVED };
  const price = decidePrice(lines, await store.prices(skusOf(lines)), { amount, currency });
  if (price.outcome === 'UNKNOWN_SKU') return { outcome: ReserveOutcome.UNKNOWN_SKU, sku: price.sku };
  if (price.outcome === 'AMOUNT_MISMATCH')
    return { outcome: ReserveOutcome.AMOUNT_MISMATCH, total: price.total };
  const refused = await store.holdAll(lines, call);
  if (refused) return toRefusal(refused, call.orderId);
  return { outcome: ReserveOutcome.RESERVED, total: price.total };
}

function toRefusal({ sku, obstacle }: RefusedLine, orderId: string): Reservation {
  switch (obstacle) {
    case 'short':
      return { outcome: ReserveOutcome.OUT_OF_STOCK, sku };
    case 'gone':
      return { outcome: ReserveOutcome.UNKNOWN_SKU, sku };
    case 'other quantity':
      throw new Refused(`Order ${orderId} holds another quantity of ${sku} already`);
  }
}

function toStock(sku: string, item: StockItem | undefined) {
  if (!item) throw new NotFound(`The price list has no SKU ${sku}`);
  return {
    sku: item.sku,
    available: BigInt(item.available),
    held: BigInt(countHeld(item)),
    unitPrice: BigInt(item.unit_price),
    currency: item.currency,
  };
}
