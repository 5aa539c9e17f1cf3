/** Clients and their orders. */
import { chance, createRandom, integer, logUniform, pick, type Random } from '../kernel/random.js';
import type { PlannedBody, PlannedClient, PlannedStock } from './plan.js';

const PLENTY: readonly Omit<PlannedStock, 'quantity'>[] = [
  { sku: 'MUG', unitPrice: 1_250 },
  { sku: 'PEN', unitPrice: 150 },
];
const SCARCE: Omit<PlannedStock, 'quantity'> = { sku: 'LAMP', unitPrice: 4_500 };
const LAST: Omit<PlannedStock, 'quantity'> = { sku: 'VINYL', unitPrice: 2_500 };

/** The articles: plenty, few, and one last piece. */
export function planStock(clients: number): PlannedStock[] {
  return [
    ...PLENTY.map((item) => ({ ...item, quantity: 20 * clients })),
    { ...SCARCE, quantity: Math.ceil(clients / 6) },
    { ...LAST, quantity: 1 },
  ];
}

/** Behaviour of a run's clients; shares in [0, 1]. */
export interface ClientTraits {
  readonly keyed: number;
  readonly reusing: number;
  readonly cancelling: number;
  readonly declined: number;
  readonly scarce: number;
}

/** Plans clients over a time. */
export function planClients(
  seed: number,
  count: number,
  durationMs: number,
  traits: ClientTraits,
): PlannedClient[] {
  return Array.from({ length: count }, (_, id) => planClient(seed, id, count, durationMs, traits));
}

function planClient(
  seed: number,
  id: number,
  count: number,
  durationMs: number,
  traits: ClientTraits,
): PlannedClient {
  const random = createRandom(seed, `client-${id}`);
  const user_id = `user-${integer(random, 1, Math.ceil(count / 4))}`;
  const body = planBody(random, user_id, traits);
  const keyed = chance(random, traits.keyed);
  const reuse = keyed && chance(random, traits.reusing);
  const repeat = keyed && chance(random, 0.4);
  return {
    id,
    at: 2_000 + Math.round(random() * durationMs),
    body,
    ...(keyed && { key: `key-${id}` }),
    posts: keyed && chance(random, 0.25) ? 2 : 1,
    patienceMs: Math.round(logUniform(random, 2_000, 20_000)),
    tries: chance(random, 0.7) ? integer(random, 2, 5) : 1,
    ...(reuse && {
      reuse: { afterMs: Math.round(logUniform(random, 5, 60_000)), body: otherBody(random, body) },
    }),
    ...(repeat && { repeatAfterMs: Math.round(logUniform(random, 500, 120_000)) }),
    ...(chance(random, traits.cancelling) && { cancelAfterMs: Math.round(logUniform(random, 1, 5_000)) }),
    followed: chance(random, 0.5),
  };
}

function planBody(random: Random, user_id: string, traits: ClientTraits): PlannedBody {
  const payment_method = chance(random, traits.declined) ? 'tok_chargeDeclined' : 'tok_visa';
  const kind = random();
  if (kind < 0.15) return { user_id, amount: integer(random, 100, 9_999), items: [], payment_method };
  if (kind < 0.15 + traits.scarce)
    return basket(random, user_id, payment_method, [pick(random, [SCARCE, LAST])], 1);
  if (kind < 0.25 + traits.scarce)
    return basket(random, user_id, payment_method, [pick(random, PLENTY), pick(random, [SCARCE, LAST])], 2);
  if (kind < 0.3 + traits.scarce)
    return { ...basket(random, user_id, payment_method, [pick(random, PLENTY)], 3), amount: 1 };
  return basket(random, user_id, payment_method, chance(random, 0.5) ? PLENTY : [pick(random, PLENTY)], 3);
}

function basket(
  random: Random,
  user_id: string,
  payment_method: string,
  articles: readonly Omit<PlannedStock, 'quantity'>[],
  quantityMax: number,
): PlannedBody {
  const lines = articles.map((article) => ({ article, quantity: integer(random, 1, quantityMax) }));
  return {
    user_id,
    amount: lines.reduce((sum, { article, quantity }) => sum + article.unitPrice * quantity, 0),
    items: lines.map(({ article, quantity }) => ({ sku: article.sku, quantity })),
    payment_method,
  };
}

/** Another order of the same customer. */
function otherBody(random: Random, { user_id, amount }: PlannedBody): PlannedBody {
  const other = integer(random, 100, 9_999);
  return { user_id, amount: other === amount ? other + 1 : other, items: [], payment_method: 'tok_visa' };
}
