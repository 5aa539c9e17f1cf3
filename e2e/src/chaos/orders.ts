/** The orders of a run and their times: the same for the same seed. */
import type { CatalogueItem } from '@order-pipeline/local/catalogue';
import type { OrderBody } from './history.js';
import { integer, pick, type Random } from './random.js';

/** Behaviour of a client. */
export interface PlannedOrder {
  /** Time at which it is placed, in milliseconds after the first order. */
  readonly atMs: number;
  readonly body: OrderBody;
  readonly idempotencyKey?: string;
  /** Number of POSTs at once: a double click. Above one only with a key. */
  readonly posts: number;
  /** Another POST under the same key, with the same body or with another one. Only with a key. */
  readonly reuse?: { readonly afterMs: number; readonly body: OrderBody };
  /** True when the client polls until the end. */
  readonly followed: boolean;
  /** Time at which the client cancels, if it does. */
  readonly cancel?: 'at-once' | 'when-claimed';
}

/** A card number in the place of a token: it is refused, and must not show up anywhere. Luhn's check holds. */
export const CARD_NUMBER = '4000056655665556';

type PricedItem = Pick<CatalogueItem, 'sku' | 'unitPrice'>;

const PLENTY: readonly PricedItem[] = [
  { sku: 'CHAOS-MUG', unitPrice: 1250 },
  { sku: 'CHAOS-TEE', unitPrice: 1999 },
  { sku: 'CHAOS-PEN', unitPrice: 150 },
];
const SCARCE: PricedItem = { sku: 'CHAOS-LAMP', unitPrice: 4500 };
const LAST_PIECE: PricedItem = { sku: 'CHAOS-VINYL', unitPrice: 2500 };

/**
 * Returns the stock for so many orders: of some items plenty, of others so few that most buyers are too late. Prices are so
 * low that no basket looks like fraud.
 */
export function chaosCatalogue(orders: number): CatalogueItem[] {
  return [
    ...PLENTY.map((item) => ({ ...item, quantity: 10 * orders })),
    { ...SCARCE, quantity: Math.ceil(orders / 30) },
    { ...LAST_PIECE, quantity: 1 },
  ];
}

/** A kind of order, and its share of all. */
interface OrderKind {
  readonly weight: number;
  readonly create: (random: Random) => Omit<OrderBody, 'user_id'> & { readonly cancel?: 'when-claimed' };
}

const KINDS: readonly OrderKind[] = [
  { weight: 20, create: (random) => ({ ...NOTHING, amount: integer(random, 100, 9_999) }) },
  { weight: 30, create: (random) => basket(random, [pick(random, PLENTY)]) },
  { weight: 18, create: (random) => basket(random, PLENTY) },
  { weight: 14, create: (random) => basket(random, [pick(random, [SCARCE, LAST_PIECE])], 1) },
  {
    weight: 3,
    create: (random) => basket(random, [pick(random, PLENTY), pick(random, [SCARCE, LAST_PIECE])], 1),
  },
  {
    weight: 5,
    create: (random) => ({
      ...basket(random, [pick(random, PLENTY)]),
      payment_method: 'pm_card_chargeDeclined',
    }),
  },
  { weight: 3, create: () => ({ ...NOTHING, amount: 2_000_000 }) },
  { weight: 1, create: () => ({ ...NOTHING, amount: 999, payment_method: CARD_NUMBER }) },
  { weight: 3, create: (random) => ({ ...basket(random, [pick(random, PLENTY)]), amount: 1 }) },
  { weight: 1, create: (random) => ({ ...basket(random, PLENTY), payment_method: 'pm_card_timeout' }) },
  // A slow payment leaves time to cancel while a worker is at the order.
  {
    weight: 3,
    create: (random) => ({
      ...basket(random, [pick(random, PLENTY)]),
      payment_method: 'pm_card_slow',
      cancel: 'when-claimed',
    }),
  },
];

const NOTHING = { items: [], payment_method: 'pm_card_visa' };

/** Orders of one user, on average. Few enough that how fast a user orders does not look like fraud. */
const ORDERS_PER_USER = 8;

/** Plans `count` orders over `durationMs`, in the order of their times. */
export function planOrders(random: Random, count: number, durationMs: number): PlannedOrder[] {
  return Array.from({ length: count }, (_, index): PlannedOrder => {
    const { cancel, ...facts } = pickKind(random).create(random);
    const keyed = random() < 0.3;
    const body = {
      ...facts,
      user_id: `buyer-${integer(random, 1, Math.ceil(count / ORDERS_PER_USER))}`,
    };
    return {
      atMs: Math.round(((index + random()) / count) * durationMs),
      body,
      ...(keyed && { idempotencyKey: `key-${index}`, ...planReuse(random, body) }),
      posts: keyed && random() < 0.5 ? 2 : 1,
      followed: cancel !== undefined || random() < 0.3,
      ...(cancel ? { cancel } : random() < 0.04 && { cancel: 'at-once' as const, followed: true }),
    };
  }).toSorted((a, b) => a.atMs - b.atMs);
}

/** Half of the keys are used again: half of those for another body, some of them at once and some later. */
function planReuse(random: Random, body: OrderBody): Pick<PlannedOrder, 'reuse'> {
  const [again, other, soon] = [random() < 0.5, random() < 0.5, random() < 0.3];
  if (!again) return {};
  const afterMs = soon ? 0 : integer(random, 200, 6_000);
  return { reuse: { afterMs, body: other ? { ...body, ...NOTHING, amount: body.amount + 1 } : body } };
}

function pickKind(random: Random): OrderKind {
  const total = KINDS.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  const kind = KINDS.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return kind ?? (KINDS[0] as OrderKind);
}

function basket(random: Random, items: readonly PricedItem[], quantityMax = 3) {
  const lines = items.map((item) => ({ item, quantity: integer(random, 1, quantityMax) }));
  return {
    amount: lines.reduce((sum, { item, quantity }) => sum + item.unitPrice * quantity, 0),
    items: lines.map(({ item, quantity }) => ({ sku: item.sku, quantity })),
    payment_method: 'pm_card_visa',
  };
}
