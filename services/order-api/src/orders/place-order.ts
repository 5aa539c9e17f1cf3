/** Takes an order: checks what the schema cannot say, hands it to the queue, and answers where to follow it. */
import { createHash } from 'node:crypto';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Caller } from '../auth/caller.js';
import { ProblemError } from '../http/problem.js';
import type { RequestContext } from '../http/request-context.js';
import type { OrderLine } from './decide/view.js';
import type { IdempotencyKeys, Remembered } from './idempotency.js';
import type { AcceptedOrder, NewOrder } from './models.js';
import { createOrderId } from './order-id.js';
import type { OrderQueue } from './order-queue.js';

/** What taking an order needs. */
export interface OrderIntake {
  readonly queue: OrderQueue;
  readonly keys: IdempotencyKeys<AcceptedOrder>;
  readonly toPollUrl: (orderId: string) => string;
  readonly clock: Clock;
}

/**
 * Resolves when SQS has the order. Throws ProblemError (forbidden, invalid, keyReused, keyInFlight) and
 * QueueUnavailableError.
 */
export async function placeOrder(
  { queue, keys, toPollUrl, clock }: OrderIntake,
  caller: Caller,
  body: NewOrder,
  context: RequestContext,
  idempotencyKey: string | undefined,
): Promise<Remembered<AcceptedOrder>> {
  if (body.user_id !== caller.user_id)
    throw new ProblemError('forbidden', 'user_id is not the subject of the access token.');
  const facts = {
    order_id: createOrderId(caller.user_id, idempotencyKey),
    user_id: caller.user_id,
    amount: body.amount,
    currency: body.currency ?? 'USD',
    items: toDistinctLines(body.items ?? []),
    payment_method: body.payment_method ?? 'tok_visa',
  };
  const accept = async (): Promise<AcceptedOrder> => {
    const created_at = new Date(clock()).toISOString();
    await queue.send({ ...facts, created_at, ...toAccountAge(caller) }, context);
    const { order_id } = facts;
    return { order_id, status: 'PENDING', poll_url: toPollUrl(order_id), requested_at: created_at };
  };
  if (idempotencyKey === undefined) return { answer: await accept(), replayed: false };
  return keys.once(facts.order_id, toFingerprint(facts), accept);
}

/** The inventory holds one quantity an order and SKU, so a SKU that stands twice has no one meaning. */
function toDistinctLines(items: readonly OrderLine[]): readonly OrderLine[] {
  const seen = new Set<string>();
  const errors = items.flatMap(({ sku }, index) => {
    if (!seen.has(sku)) {
      seen.add(sku);
      return [];
    }
    return [
      { in: 'body' as const, field: `items.${index}.sku`, detail: 'stands twice; add up the quantities' },
    ];
  });
  if (errors.length > 0) throw new ProblemError('invalid', 'A SKU stands twice.', { errors });
  return items;
}

function toAccountAge({ account_created_at }: Caller): { account_created_at?: Date } {
  return account_created_at === undefined ? {} : { account_created_at: new Date(account_created_at) };
}

/** Stands for the order's content, defaults filled in: spelling a default out is not another order. */
function toFingerprint(facts: object): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}
