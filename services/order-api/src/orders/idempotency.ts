/** Runs each request that carries an Idempotency-Key once, and returns the first response to every retry. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@order-pipeline/platform/clock';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import { ProblemError } from '../http/problem.js';
import { OrderOutcomeUnknownError, QueueUnavailableError } from '../order-errors.js';
import { decideKeyUse } from './decide/idempotency.js';
import type { OrderKeyEntry } from './key-entry.js';
import type { KeyStore } from './key-store.js';
import type { AcceptedOrder } from './models.js';

/** A request may run for this long; afterwards it counts as dead and its outcome as unknown. Above SEND_BUDGET_MS. */
const RUNNING_MS = 30_000;

/** Time that a request waits for a concurrent one with the same key before it gets 409, in milliseconds. */
const TWIN_WAIT_MS = 2_000;
const TWIN_POLL_MS = 25;

/** A response; `replayed` when it belongs to an earlier request. */
export interface KeyedAnswer {
  readonly answer: AcceptedOrder;
  readonly replayed: boolean;
}

/** An order that exists, as the response to the request that placed it. */
export interface PlacedBefore {
  readonly fingerprint: string;
  readonly answer: AcceptedOrder;
}

/** A request with a key. */
export interface KeyedRequest {
  /** Identifies user and key: the order id. */
  readonly key: string;
  readonly fingerprint: string;
  /** Looks the order up in the orders table. @throws {StoreUnavailableError} */
  readonly recall: () => Promise<PlacedBefore | undefined>;
  /** Places the order. @throws {QueueUnavailableError} @throws {OrderOutcomeUnknownError} */
  readonly place: () => Promise<AcceptedOrder>;
}

/** Runs keyed requests once. */
export class IdempotencyKeys {
  readonly #store: KeyStore;
  readonly #clock: Clock;

  constructor(store: KeyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Returns the response of `place`, or the first response. Redis alone is trusted only for a running request: in
   * every other case the orders table is read once, and a record that it holds decides.
   *
   * @throws {ProblemError} `keyReused` when the key belongs to another body, `keyInFlight` when the first request runs.
   * @throws {QueueUnavailableError} when nothing was sent, now or before.
   * @throws {OrderOutcomeUnknownError} when the order may have been sent; the key stays with its body.
   * @throws {StoreUnavailableError} when the orders table has to decide and cannot be read; nothing was sent.
   */
  async once(request: KeyedRequest): Promise<KeyedAnswer> {
    const { key, fingerprint } = request;
    const name = `idempotency:${key}`;
    const deadline = performance.now() + TWIN_WAIT_MS;
    for (;;) {
      const now = this.#clock();
      const mine: OrderKeyEntry = { state: 'running', fingerprint, until: now + RUNNING_MS };
      const decision = decideKeyUse(await this.#store.claim(name, mine), fingerprint, now);
      switch (decision.action) {
        case 'begin':
          return this.#run(name, request, () => this.#store.release(name, mine));
        case 'repeat':
          await this.#store.replace(name, fingerprint, mine);
          return this.#run(name, request, undefined);
        case 'replay':
          return this.#recalled(name, fingerprint, request, decision.answer);
        case 'refuse':
          return this.#recalled(name, decision.heldBy, request, undefined);
        case 'wait':
          if (performance.now() >= deadline) throw keyInFlight();
          await sleep(TWIN_POLL_MS);
      }
    }
  }

  /** `release` is given for the first request of a key: if it certainly sends nothing, the key is free again. */
  async #run(
    name: string,
    request: KeyedRequest,
    release: (() => Promise<void>) | undefined,
  ): Promise<KeyedAnswer> {
    const { fingerprint, recall, place } = request;
    try {
      const before = await recall();
      if (before) return await this.#replay(name, fingerprint, request, before);
      const answer = await place();
      const kept = await this.#store.replace(name, fingerprint, { state: 'done', fingerprint, answer });
      if (kept) return { answer, replayed: false };
      throw new OrderOutcomeUnknownError('Redis lost the key, and another body was sent under it');
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      const isCertain = error instanceof QueueUnavailableError || error instanceof StoreUnavailableError;
      if (isCertain && release) await release();
      else await this.#store.replace(name, fingerprint, { state: 'unknown', fingerprint });
      if (!(error instanceof QueueUnavailableError) || release) throw error;
      throw new OrderOutcomeUnknownError('An earlier request with this key may have been sent', {
        cause: error,
      });
    }
  }

  /**
   * Two bodies can have been accepted under one key while Redis did not respond or had lost its data. The one that a worker
   * claimed is the order; Redis may remember the other, as `heldBy`. `answer` is what Redis has for this request's body.
   */
  async #recalled(
    name: string,
    heldBy: string,
    request: KeyedRequest,
    answer: AcceptedOrder | undefined,
  ): Promise<KeyedAnswer> {
    const before = await request.recall();
    if (before && before.fingerprint !== heldBy) return this.#replay(name, heldBy, request, before);
    if (!answer) throw keyReused();
    return { answer, replayed: true };
  }

  /** Returns the response of the order that was placed, if it has the body of this request, and corrects Redis. */
  async #replay(
    name: string,
    heldBy: string,
    { fingerprint }: KeyedRequest,
    before: PlacedBefore,
  ): Promise<KeyedAnswer> {
    await this.#store.replace(name, heldBy, { state: 'done', ...before });
    if (before.fingerprint !== fingerprint) throw keyReused();
    return { answer: before.answer, replayed: true };
  }
}

function keyReused(): ProblemError {
  return new ProblemError('keyReused', 'This Idempotency-Key was used with another body.');
}

function keyInFlight(): ProblemError {
  return new ProblemError('keyInFlight', 'The first request with this Idempotency-Key is still running.', {
    headers: { 'Retry-After': '1' },
  });
}
