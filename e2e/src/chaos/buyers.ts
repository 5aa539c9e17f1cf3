/** The clients: they post, post again, reuse keys, poll and cancel, and record the responses. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, type OrderStatus } from '@order-pipeline/contracts/orders';
import { type ApiClient, ApiProblemError, type ReadOrder } from '../api-client.js';
import { problemNameOf, toAccepted, toOutcome } from './answers.js';
import type { OrderBody, PostOutcome } from './history.js';
import type { PlannedOrder } from './orders.js';
import type { Recorder } from './recorder.js';

/** Dependencies of the buyers. */
export interface BuyerDeps {
  readonly api: ApiClient;
  readonly recorder: Recorder;
  /** Ends all polling. */
  readonly closed: AbortSignal;
}

const POLL_MS = 500;
/** A client that waits long asks less and less often. */
const POLL_GROWTH = 1.5;
const POLL_MAX_MS = 5_000;
/** Buyers who wait for a worker to begin ask so many times as often: a slow payment takes some of their pauses. */
const EAGERNESS = 5;
const EAGER_POLL_MAX_MS = 250;
/** A client whose answer was lost posts again under the same key, so often. */
const REPEATS = 3;
const REPEAT_AFTER_MS = 1_000;

/** Places every order at its time, and resolves when each has a response or has failed for good. */
export async function placeOrders(deps: BuyerDeps, plan: readonly PlannedOrder[]): Promise<void> {
  const startedAt = Date.now();
  const placed: Promise<void>[] = [];
  for (const order of plan) {
    await sleep(Math.max(0, startedAt + order.atMs - Date.now()));
    placed.push(place(deps, order));
  }
  await Promise.all(placed);
}

async function place(deps: BuyerDeps, order: PlannedOrder): Promise<void> {
  await logIn(deps, order.body.user_id);
  const posts = Array.from({ length: order.posts }, () => postUntilKnown(deps, order, order.body));
  const [outcomes] = await Promise.all([Promise.all(posts), useAgain(deps, order)]);
  const known = outcomes.find(({ kind }) => kind === 'accepted') ?? outcomes[0];
  // Not awaited: buyers follow their orders while others place theirs.
  if (known?.kind !== 'refused' && known?.poll_url && order.followed)
    void follow(deps, order, known.poll_url, known.order_id ?? '');
}

async function useAgain(deps: BuyerDeps, order: PlannedOrder): Promise<void> {
  if (!order.reuse) return;
  await sleep(order.reuse.afterMs);
  await postUntilKnown(deps, order, order.reuse.body);
}

/** No order depends on a login, so it is simply repeated. */
async function logIn({ api, closed }: BuyerDeps, userId: string): Promise<void> {
  while (!closed.aborted) {
    try {
      await api.token(userId);
      return;
    } catch {
      await sleep(POLL_MS);
    }
  }
}

/** Repeats a request whose connection was refused until the API is back: it was not made. */
async function untilConnected<T>({ closed }: BuyerDeps, call: () => Promise<T>): Promise<T> {
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

/** Repeats a POST with a key until it is accepted or refused for good. */
async function postUntilKnown(deps: BuyerDeps, order: PlannedOrder, body: OrderBody): Promise<PostOutcome> {
  const tries = order.idempotencyKey === undefined ? 1 : 1 + REPEATS;
  let outcome = await post(deps, order, body);
  for (let index = 1; index < tries && isWorthRepeating(outcome); index += 1) {
    await sleep(REPEAT_AFTER_MS);
    outcome = await post(deps, order, body);
  }
  return outcome;
}

/** The first request with the same key is not answered yet, or the API cannot take orders now. */
const PASSING: readonly number[] = [409, 503];

function isWorthRepeating(outcome: PostOutcome): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'refused' && PASSING.includes(outcome.status));
}

async function post(deps: BuyerDeps, { idempotencyKey }: PlannedOrder, body: OrderBody) {
  const requestId = randomUUID();
  const placing = untilConnected(deps, () => deps.api.place(body, { idempotencyKey, requestId }));
  const outcome = await placing.then(toAccepted, toOutcome);
  deps.recorder.posts.push({ body, idempotency_key: idempotencyKey, request_id: requestId, outcome });
  return outcome;
}

/** Polls until the order is final. One request after the other, so that what is seen is in order. */
async function follow(
  { api, recorder, closed }: BuyerDeps,
  order: PlannedOrder,
  pollUrl: string,
  order_id: string,
): Promise<void> {
  const note = async (answer: Promise<ReadOrder>) => {
    // A client without an answer has seen nothing.
    const status = (await answer.catch(() => undefined))?.status as OrderStatus | undefined;
    if (status) recorder.sightings.push({ order_id, status });
    return status;
  };
  if (order.cancel === 'at-once') await note(api.cancel(pollUrl));
  const eager = order.cancel === 'when-claimed';
  for (let pauseMs = POLL_MS; !closed.aborted; pauseMs = Math.min(POLL_MAX_MS, pauseMs * POLL_GROWTH)) {
    const status = await note(api.read(pollUrl));
    if (status && isFinal(status)) return;
    if (eager && status === 'PROCESSING') await note(api.cancel(pollUrl));
    await sleep(eager ? Math.min(EAGER_POLL_MAX_MS, pauseMs / EAGERNESS) : pauseMs);
  }
}

/** Reads again, after the run, every URL that a client with a key or without a known outcome holds. */
export async function readLast({ api, recorder }: Omit<BuyerDeps, 'closed'>): Promise<void> {
  const urls = new Map<string, string>();
  for (const { outcome, idempotency_key } of recorder.posts) {
    if (outcome.kind === 'refused' || !outcome.poll_url || !outcome.order_id) continue;
    if (outcome.kind === 'unknown' || idempotency_key !== undefined)
      urls.set(outcome.poll_url, outcome.order_id);
  }
  const left = [...urls];
  const reader = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [poll_url, order_id] = next;
      const answer = await api.read(poll_url).then(({ status }) => status, toAnswer);
      recorder.lastReads.push({ order_id, poll_url, answer });
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

/** Reads at once. */
const READERS = 10;

function toAnswer(error: unknown): string {
  return error instanceof ApiProblemError ? problemNameOf(error) : String(error);
}
