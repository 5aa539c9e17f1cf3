/** Decides what mixed traffic consists of. */
import type { NewOrder } from '@order-pipeline/client';

/** One kind of order, and its share of the traffic. */
interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly body: Omit<NewOrder, 'user_id'>;
}

/** The mix: mostly orders that complete, and some of every other outcome. */
export const MIX: readonly Kind[] = [
  { name: 'without items', weight: 40, body: { amount: 999 } },
  { name: 'two mugs', weight: 30, body: { amount: 2_500, items: [{ sku: 'MUG-01', quantity: 2 }] } },
  { name: 'out of stock', weight: 6, body: { amount: 2_500, items: [{ sku: 'VINYL-01', quantity: 1 }] } },
  { name: 'wrong amount', weight: 6, body: { amount: 1, items: [{ sku: 'MUG-01', quantity: 2 }] } },
  { name: 'unknown SKU', weight: 4, body: { amount: 10, items: [{ sku: 'NO-SUCH', quantity: 1 }] } },
  { name: 'declined', weight: 6, body: { amount: 999, payment_method: 'tok_chargeDeclined' } },
  { name: 'fraud', weight: 4, body: { amount: 2_000_000 } },
  { name: 'lost answer', weight: 4, body: { amount: 999, payment_method: 'tok_timeout' } },
];

const TOTAL = MIX.reduce((sum, { weight }) => sum + weight, 0);

/** Picks an order for a number in [0, 1). */
export function pickOrder(random: number, userId: string): NewOrder {
  let left = random * TOTAL;
  const kind = MIX.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return { user_id: userId, ...(kind ?? MIX[0])?.body, amount: (kind ?? MIX[0])?.body.amount ?? 999 };
}
