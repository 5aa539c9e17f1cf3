/** Accepts an order: checks the rules beyond the schema, sends it to the queue, and returns its poll URL. */
import type { Clock } from '@order-pipeline/platform/clock';
import { addFields, step } from '@order-pipeline/platform/work';
import type { Caller } from '../auth/caller.js';
import type { OrderLine } from '../decide/view.js';
import { MAX_FIELD_PROBLEMS, ProblemError } from '../http/problem.js';
import type { RequestContext } from '../http/request-context.js';
import type { ApiMetrics } from '../metrics.js';
import { OrderOutcomeUnknownError } from '../order-errors.js';
import { looksLikeCardNumber } from './decide/card-number.js';
import { fingerprintOf, type OrderContent, toFingerprint } from './fingerprint.js';
import type { IdempotencyKeys, KeyedAnswer, PlacedBefore } from './idempotency.js';
import type { AcceptedOrder, NewOrder } from './models.js';
import { createOrderId } from './order-id.js';
import type { OrderQueue } from './order-queue.js';
import type { OrderStore } from './order-store.js';

/** Dependencies of order intake. */
export interface OrderIntake {
  readonly queue: OrderQueue;
  readonly keys: IdempotencyKeys;
  readonly store: Pick<OrderStore, 'find'>;
  /** Returns the signed URL of an order; `fingerprint` on orders placed with an Idempotency-Key. */
  readonly toPollUrl: (orderId: string, fingerprint?: string) => string;
  readonly metrics: Pick<ApiMetrics, 'countUnknownOutcome'>;
  readonly clock: Clock;
  /** Makes ids of orders without an idempotency key; UUIDv7 by default. */
  readonly createId?: () => string;
}

/**
 * Resolves when SQS has the order.
 *
 * @throws {ProblemError} `forbidden`, `invalid`, `keyReused`, `keyInFlight`, and `outcomeUnknown` with the order's URL.
 * @throws {QueueUnavailableError} when nothing was sent.
 * @throws {StoreUnavailableError} when a key has to be looked up and cannot; nothing was sent.
 */
export async function placeOrder(
  intake: OrderIntake,
  caller: Caller,
  body: NewOrder,
  context: RequestContext,
  idempotencyKey: string | undefined,
): Promise<KeyedAnswer> {
  if (body.user_id !== caller.user_id)
    throw new ProblemError('forbidden', 'user_id is not the subject of the access token.');
  const content: OrderContent = {
    order_id: createOrderId(caller.user_id, idempotencyKey, intake.createId),
    user_id: caller.user_id,
    amount: body.amount,
    currency: body.currency ?? 'USD',
    items: toDistinctLines(body.items ?? []),
    payment_method: requireToken(body.payment_method ?? 'tok_visa'),
  };
  addFields({ order_id: content.order_id });
  const fingerprint = idempotencyKey === undefined ? undefined : toFingerprint(content);
  const place = () => send(intake, content, fingerprint, caller, context);
  try {
    if (fingerprint === undefined) return { answer: await place(), replayed: false };
    const recall = () => findPlaced(intake, content.order_id);
    return await intake.keys.once({ key: content.order_id, fingerprint, recall, place });
  } catch (error) {
    if (!(error instanceof OrderOutcomeUnknownError)) throw error;
    intake.metrics.countUnknownOutcome();
    throw toUnknownProblem(intake, content.order_id, fingerprint, error);
  }
}

async function send(
  { queue, toPollUrl, clock }: OrderIntake,
  content: OrderContent,
  fingerprint: string | undefined,
  { account_created_at }: Caller,
  context: RequestContext,
): Promise<AcceptedOrder> {
  const created_at = new Date(clock()).toISOString();
  const order = {
    ...content,
    created_at,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(account_created_at !== undefined && { account_created_at: new Date(account_created_at) }),
  };
  await step('enqueue', () => queue.send(order, context));
  return toAnswer(content.order_id, toPollUrl(content.order_id, fingerprint), created_at);
}

async function findPlaced(
  { store, toPollUrl }: OrderIntake,
  orderId: string,
): Promise<PlacedBefore | undefined> {
  const record = await store.find(orderId);
  const fingerprint = record && fingerprintOf(record);
  if (fingerprint === undefined) return undefined;
  const answer = toAnswer(
    orderId,
    toPollUrl(orderId, fingerprint),
    record?.created_at ?? record?.updated_at ?? '',
  );
  return { fingerprint, answer };
}

function toAnswer(order_id: string, poll_url: string, requested_at: string): AcceptedOrder {
  return { order_id, status: 'PENDING', poll_url, requested_at };
}

const UNKNOWN =
  'The queue did not confirm the order in time: it may have been placed. Follow it, or cancel it, at poll_url.';
const REPEAT = {
  keyed: 'The same body with the same Idempotency-Key can be sent again.',
  bare: 'Without an Idempotency-Key, sending it again would place a second order.',
};

function toUnknownProblem(
  { toPollUrl }: OrderIntake,
  order_id: string,
  fingerprint: string | undefined,
  cause: unknown,
): ProblemError {
  const repeat = fingerprint === undefined ? REPEAT.bare : REPEAT.keyed;
  return new ProblemError('outcomeUnknown', `${UNKNOWN} ${repeat}`, {
    order_id,
    poll_url: toPollUrl(order_id, fingerprint),
    headers: { 'Retry-After': '1' },
    cause,
  });
}

/** A card number must not travel further: not into the queue, a table or a log. */
function requireToken(paymentMethod: string): string {
  if (!looksLikeCardNumber(paymentMethod)) return paymentMethod;
  throw new ProblemError('invalid', 'payment_method holds a card number.', {
    errors: [
      { in: 'body', field: 'payment_method', detail: 'must be a token of the gateway, never card data' },
    ],
  });
}

/** The inventory holds one quantity per order and SKU, so a SKU that is listed twice has no one meaning. */
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
  if (errors.length > 0)
    throw new ProblemError('invalid', 'A SKU stands twice.', { errors: errors.slice(0, MAX_FIELD_PROBLEMS) });
  return items;
}
