/** The clients: they post, post again, poll and change their minds, and write down what they are told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import { type AcceptedOrder, type ApiClient, ApiProblemError, type ReadOrder } from '../api-client.js';
import type { PostOutcome } from './history.js';
import type { PlannedOrder } from './orders.js';
import type { Recorder } from './recorder.js';

/** What buyers need. */
export interface Market {
  readonly api: ApiClient;
  readonly recorder: Recorder;
  /** Ends all polling. */
  readonly closed: AbortSignal;
}

const POLL_MS = 500;
/** Who waits long asks less and less often. */
const POLL_GROWTH = 1.5;
const POLL_MAX_MS = 5_000;
/** Buyers who wait for a worker to begin ask so many times as often: a slow payment takes some of their pauses. */
const EAGERNESS = 5;
const EAGER_POLL_MAX_MS = 250;
/** A client whose answer was lost posts again under the same key, so often. */
const REPEATS = 3;
const REPEAT_AFTER_MS = 1_000;

/** Places every order at its time, and resolves when each was answered or given up. */
export async function placeOrders(market: Market, plan: readonly PlannedOrder[]): Promise<void> {
  const startedAt = Date.now();
  const placed: Promise<void>[] = [];
  for (const order of plan) {
    await sleep(Math.max(0, startedAt + order.atMs - Date.now()));
    placed.push(place(market, order));
  }
  await Promise.all(placed);
}

async function place(market: Market, order: PlannedOrder): Promise<void> {
  await logIn(market, order.body.user_id);
  const answers = await Promise.all(Array.from({ length: order.posts }, () => postUntilKnown(market, order)));
  const accepted = answers.find((answer) => answer !== undefined);
  // Not awaited: buyers follow their orders while others place theirs.
  if (accepted && order.followed) void follow(market, order, accepted);
}

/** No order depends on a login, so it is simply repeated. */
async function logIn({ api, closed }: Market, userId: string): Promise<void> {
  while (!closed.aborted) {
    try {
      await api.token(userId);
      return;
    } catch {
      await sleep(POLL_MS);
    }
  }
}

/** A request that found nobody listening was not made: it is repeated until the API is back. */
async function untilConnected<T>({ closed }: Market, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (closed.aborted || !isRefusedConnection(error)) throw error;
      await sleep(POLL_MS);
    }
  }
}

function isRefusedConnection(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'ECONNREFUSED';
}

async function postUntilKnown(market: Market, order: PlannedOrder): Promise<AcceptedOrder | undefined> {
  const tries = order.idempotencyKey === undefined ? 1 : 1 + REPEATS;
  for (let index = 0; index < tries; index += 1) {
    if (index > 0) await sleep(REPEAT_AFTER_MS);
    const { outcome, accepted } = await post(market, order);
    if (outcome.kind === 'accepted') return accepted;
    if (outcome.kind === 'refused' && outcome.status !== IN_FLIGHT) return undefined;
  }
  return undefined;
}

/** The first request with the same key is not answered yet: ask again later. */
const IN_FLIGHT = 409;

async function post(market: Market, { body, idempotencyKey }: PlannedOrder) {
  const { api, recorder } = market;
  const { outcome, accepted } = await untilConnected(market, () => api.place(body, idempotencyKey)).then(
    (answer) => ({ outcome: { kind: 'accepted', order_id: answer.order_id } as const, accepted: answer }),
    (error: unknown) => ({ outcome: toOutcome(error), accepted: undefined }),
  );
  recorder.posts.push({ body, idempotency_key: idempotencyKey, outcome });
  return { outcome, accepted };
}

function toOutcome(error: unknown): PostOutcome {
  if (error instanceof ApiProblemError && error.status < 500)
    return { kind: 'refused', status: error.status };
  return { kind: 'unknown', because: error instanceof Error ? error.message : String(error) };
}

/** Polls until the order is final. One request after the other, so that what is seen is in order. */
async function follow(
  { api, recorder, closed }: Market,
  order: PlannedOrder,
  accepted: AcceptedOrder,
): Promise<void> {
  const { order_id, poll_url } = accepted;
  const note = async (answer: Promise<ReadOrder>) => {
    // Who gets no answer has seen nothing.
    const status = (await answer.catch(() => undefined))?.status as OrderStatus | undefined;
    if (status) recorder.sightings.push({ order_id, status });
    return status;
  };
  if (order.cancel === 'at once') await note(api.cancel(poll_url));
  const eager = order.cancel === 'when claimed';
  for (let pauseMs = POLL_MS; !closed.aborted; pauseMs = Math.min(POLL_MAX_MS, pauseMs * POLL_GROWTH)) {
    const status = await note(api.read(poll_url));
    if (status && isFinal(status)) return;
    if (eager && status === 'PROCESSING') await note(api.cancel(poll_url));
    await sleep(eager ? Math.min(EAGER_POLL_MAX_MS, pauseMs / EAGERNESS) : pauseMs);
  }
}
