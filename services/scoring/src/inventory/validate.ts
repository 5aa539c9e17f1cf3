/** The requests of inventory.v1 in checked form. Every function throws INVALID_ARGUMENT with all bad fields. */
import type {
  ConfirmRequest,
  Line,
  ReleaseRequest,
  ReserveRequest,
  RestockRequest,
} from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { FieldViolations } from '@order-pipeline/platform/rpc/validation';
import { checkAmount, checkCurrency, checkId, checkRange, checkTime } from '../fields.js';
import type { Delivery } from './writes.js';

/** Most lines of one order: DynamoDB reads the prices of 100 items in one call. */
const LINES_MAX = 100;

/** Most pieces in a line or delivery. */
const QUANTITY_MAX = 1_000_000_000;

/** Checks a reservation and answers its `not_after` in epoch milliseconds. */
export function validateReserve(request: ReserveRequest): number {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', request.orderId);
  checkLines(violations, request.lines);
  checkAmount(violations, 'amount', request.amount);
  checkCurrency(violations, 'currency', request.currency);
  const notAfter = checkTime(violations, 'not_after', request.notAfter);
  violations.throwIfAny();
  return notAfter;
}

/** Checks a confirmation or release. */
export function validateSettle(request: ConfirmRequest | ReleaseRequest): void {
  const violations = new FieldViolations();
  checkId(violations, 'order_id', request.orderId);
  checkLines(violations, request.lines);
  violations.throwIfAny();
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
