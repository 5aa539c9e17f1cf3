/** The requests of inventory.v1 in checked form. Every function throws INVALID_ARGUMENT with all bad fields. */
import type {
  ConfirmRequest,
  Line,
  ReleaseRequest,
  ReserveRequest,
  RestockRequest,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { type Hold, KEY_SEPARATOR, parseToken } from '@order-pipeline/contracts/stock';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';
import { checkAmount, checkCurrency, checkId, checkRange, checkTime } from '../fields.js';
import { SHARDS_MAX } from './decide/shards.js';
import type { OrderLine } from './decide.js';
import type { Delivery } from './deliveries.js';

/** Most lines of one order: DynamoDB reads the prices of 100 items in one call. */
const LINES_MAX = 100;

const INT32_MAX = 2 ** 31 - 1;

/** Most pieces in a line or delivery. */
const QUANTITY_MAX = 1_000_000_000;

/** Checks a reservation and returns its `not_after` in epoch milliseconds. */
export function validateReserve(request: ReserveRequest): number {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', request.orderId);
  checkLines(violations, request.lines);
  checkAmount(violations, 'amount', request.amount);
  checkCurrency(violations, 'currency', request.currency);
  const notAfter = checkTime(violations, 'not_after', request.notAfter);
  checkRange(violations, 'attempt', request.attempt, 0, INT32_MAX);
  violations.throwIfAny();
  return notAfter;
}

/** A confirmation or release in checked form. */
export interface Settlement {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly holds: readonly Hold[];
}

/** Checks a confirmation or release. */
export function validateSettle({ orderId, lines, holds }: ConfirmRequest | ReleaseRequest): Settlement {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', orderId);
  checkLines(violations, lines);
  const skus = new Set(lines.map(({ sku }) => sku));
  holds.forEach(({ sku, shard, token, quantity }, index) => {
    if (!skus.has(sku)) violations.add(`holds[${index}].sku`, 'must be the SKU of a line');
    checkRange(violations, `holds[${index}].shard`, shard, 0, SHARDS_MAX - 1);
    const pieces = parseToken(token)?.quantity;
    if (pieces === undefined) violations.add(`holds[${index}].token`, 'must be a token of Reserve');
    else checkRange(violations, `holds[${index}].quantity`, quantity, 1, pieces);
  });
  violations.throwIfAny();
  return { orderId, lines, holds };
}

/** Checks that there is a SKU. */
export function validateSku(sku: string): void {
  const violations = new FieldViolations();
  checkId(violations, 'sku', sku);
  violations.throwIfAny();
}

/** Checks a delivery. */
export function validateRestock(request: RestockRequest): Delivery {
  const { sku, quantity, unitPrice, currency, deliveryId } = request;
  const violations = new FieldViolations();
  checkId(violations, 'sku', sku);
  if (sku.includes(KEY_SEPARATOR)) violations.add('sku', `must not contain ${KEY_SEPARATOR}`);
  checkRange(violations, 'quantity', quantity, 0, QUANTITY_MAX);
  checkId(violations, 'delivery_id', deliveryId);
  if (unitPrice !== undefined) checkAmount(violations, 'unit_price', unitPrice);
  if (currency !== undefined) {
    checkCurrency(violations, 'currency', currency);
    if (unitPrice === undefined) violations.add('currency', 'needs a unit_price');
  }
  violations.throwIfAny();
  return {
    deliveryId,
    sku,
    quantity: Number(quantity),
    ...(unitPrice !== undefined && {
      price: { unitPrice: Number(unitPrice), ...(currency !== undefined && { currency }) },
    }),
  };
}

function checkLines(violations: FieldViolations, lines: readonly Line[]): void {
  if (lines.length > LINES_MAX) violations.add('lines', `must have at most ${LINES_MAX} lines`);
  const seen = new Set<string>();
  lines.forEach(({ sku, quantity }, index) => {
    checkId(violations, `lines[${index}].sku`, sku);
    if (seen.has(sku)) violations.add(`lines[${index}].sku`, 'must appear once: add the quantities up');
    seen.add(sku);
    checkRange(violations, `lines[${index}].quantity`, quantity, 1, QUANTITY_MAX);
  });
}
