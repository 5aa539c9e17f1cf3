/** Safe retries: the first answer to an Idempotency-Key is kept in Redis and given to every retry. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '@order-pipeline/platform/redis';
import { ProblemError } from '../http/problem.js';
import type { ApiMetrics } from '../metrics.js';
import { decideKeyUse, type KeyRecord } from './decide/idempotency.js';

/** How long an answer is kept, and how long its key must not be used for another order. */
export const KEY_KEPT_MS = 24 * 60 * 60 * 1_000;

/** A request that died on its way holds its key for this long. Longer than SQS is waited for. */
const RUNNING_KEPT_MS = 30_000;

/** How long a request waits for its twin before it answers 409. */
const TWIN_WAIT_MS = 2_000;
const TWIN_POLL_MS = 25;

/** An answer, and whether it was given before. */
export interface Remembered<Answer> {
  readonly answer: Answer;
  readonly replayed: boolean;
}

/** Runs each keyed request once. */
export class IdempotencyKeys<Answer> {
  constructor(
    private readonly redis: Redis,
    private readonly metrics: ApiMetrics,
  ) {}

  /**
   * Answers what `run` answers, or what it answered the first time. Throws ProblemError keyReused when the key stands
   * for other content, keyInFlight when the first request is still running, and what `run` throws, after which the key
   * is free again. Without Redis it just runs: the caller's work must be idempotent by the key itself.
   */
  async once(key: string, fingerprint: string, run: () => Promise<Answer>): Promise<Remembered<Answer>> {
    const name = `idempotency:${key}`;
    const deadline = performance.now() + TWIN_WAIT_MS;
    for (;;) {
      const decision = decideKeyUse(await this.#claim(name, fingerprint), fingerprint);
      switch (decision.action) {
        case 'proceed':
          return { answer: await this.#runAndKeep(name, fingerprint, run), replayed: false };
        case 'replay':
          return { answer: decision.answer, replayed: true };
        case 'refuse':
          throw new ProblemError('keyReused', 'This Idempotency-Key was used with another body.');
        case 'wait':
          if (performance.now() >= deadline)
            throw new ProblemError(
              'keyInFlight',
              'The first request with this Idempotency-Key is still running.',
              {
                headers: { 'Retry-After': '1' },
              },
            );
          await sleep(TWIN_POLL_MS);
      }
    }
  }

  /** One round trip: takes the key if it is free, else answers what stands there. */
  async #claim(name: string, fingerprint: string): Promise<KeyRecord<Answer> | undefined> {
    const running: KeyRecord<Answer> = { state: 'running', fingerprint };
    const seen = await this.#orWithout(
      this.redis.set(name, JSON.stringify(running), 'PX', RUNNING_KEPT_MS, 'NX', 'GET'),
    );
    return seen ? (JSON.parse(seen) as KeyRecord<Answer>) : undefined;
  }

  async #runAndKeep(name: string, fingerprint: string, run: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await run();
      const done: KeyRecord<Answer> = { state: 'done', fingerprint, answer };
      await this.#orWithout(this.redis.set(name, JSON.stringify(done), 'PX', KEY_KEPT_MS));
      return answer;
    } catch (error) {
      await this.#orWithout(this.redis.del(name));
      throw error;
    }
  }

  async #orWithout<T>(call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch {
      this.metrics.countWithoutRedis('idempotency');
      return undefined;
    }
  }
}
