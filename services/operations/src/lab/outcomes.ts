/** Orders that are made for an outcome. */
import { randomInt } from 'node:crypto';
import { Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import type { OrderItem } from '@order-pipeline/contracts/orders';

/** Body of an order. */
export interface LabOrder {
  readonly user_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly items: readonly OrderItem[];
  readonly payment_method: string;
}

/** A SKU that is in stock. */
export interface LabItem {
  readonly sku: string;
  readonly unitPrice: number;
  readonly currency: string;
  readonly available: number;
}

/** Outcomes of a mix, with their weights. */
const MIX: readonly (readonly [Outcome, number])[] = [
  [Outcome.COMPLETED, 70],
  [Outcome.PAYMENT_DECLINED, 8],
  [Outcome.OUT_OF_STOCK, 5],
  [Outcome.UNKNOWN_SKU, 4],
  [Outcome.AMOUNT_MISMATCH, 4],
  [Outcome.FRAUD_SUSPECTED, 4],
  [Outcome.AUTHENTICATION_REQUIRED, 3],
  [Outcome.CANCELLED, 2],
];

/** Returns the outcome itself, or one of a mix. `random` in [0,1). */
export function pickOutcome(outcome: Outcome, random: number): Outcome {
  if (outcome !== Outcome.MIXED) return outcome;
  let left = random * MIX.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [picked, weight] of MIX) {
    left -= weight;
    if (left < 0) return picked;
  }
  return Outcome.COMPLETED;
}

/** Most pieces that the API takes. */
const MAX_QUANTITY = 1_000;

/** A sum that the fraud service suspects, in the minor unit. */
const SUSPICIOUS_AMOUNT = 2_000_000;

/** Amount of an order without items, in the minor unit. */
const PLAIN_AMOUNT = 999;

/** Returns a body that leads to the outcome, as long as `items` has the stock for it. */
export function toLabOrder(outcome: Outcome, items: readonly LabItem[], userId: string): LabOrder {
  const byStock = items.toSorted((a, b) => b.available - a.available);
  const scarcest = byStock.at(-1);
  const inStock = pick(byStock.filter(({ available }) => available > 0).slice(0, 3));
  const order = {
    user_id: userId,
    amount: inStock?.unitPrice ?? PLAIN_AMOUNT,
    currency: inStock?.currency ?? 'USD',
    items: inStock ? [{ sku: inStock.sku, quantity: 1 }] : [],
    payment_method: 'tok_visa',
  };
  switch (outcome) {
    case Outcome.OUT_OF_STOCK:
      return { ...order, ...tooMany(scarcest) };
    case Outcome.UNKNOWN_SKU:
      return { ...order, items: [{ sku: 'NO-SUCH-SKU', quantity: 1 }] };
    case Outcome.AMOUNT_MISMATCH:
      return { ...order, amount: order.amount + 1 };
    case Outcome.FRAUD_SUSPECTED:
      return { ...order, amount: SUSPICIOUS_AMOUNT, items: [] };
    case Outcome.PAYMENT_DECLINED:
      return { ...order, payment_method: 'tok_chargeDeclined' };
    case Outcome.AUTHENTICATION_REQUIRED:
      return { ...order, payment_method: 'tok_threeDSecureRequired' };
    case Outcome.CANCELLED:
      return { ...order, payment_method: 'tok_slow' };
    default:
      return order;
  }
}

/** One piece more than there is of the scarcest SKU. */
function tooMany(item: LabItem | undefined): Partial<LabOrder> {
  if (!item) return {};
  const quantity = Math.min(MAX_QUANTITY, item.available + 1);
  return { amount: item.unitPrice * quantity, currency: item.currency, items: [{ sku: item.sku, quantity }] };
}

/** Picks one at random. */
function pick<T>(values: readonly T[]): T | undefined {
  return values.length === 0 ? undefined : values[randomInt(values.length)];
}
