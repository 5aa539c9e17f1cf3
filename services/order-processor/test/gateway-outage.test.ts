/** Thirty minutes without a payment provider, in simulated time: consumer, breaker and gateway watch are the real ones. */
import { expect, test } from '@jest/globals';
import { ProbingBreaker } from '@order-pipeline/platform/rpc/breaker';
import { DEFAULT_BREAKER_LIMITS } from '@order-pipeline/platform/rpc/client';
import { outageOf } from '@order-pipeline/platform/rpc/outage';
import { DEFAULT_RETRY_LIMITS, runWithRetries } from '@order-pipeline/platform/rpc/retry';
import { ManualTimers } from '../../../packages/platform/test/manual-timers.js';
import { toRpcError } from '../../scoring/src/errors.js';
import { SimulatedGateway } from '../../scoring/src/payment/gateways/simulated.js';
import { WatchedGateway } from '../../scoring/src/payment/outage/watched-gateway.js';
import { Consumer } from '../src/consumer.js';
import { acknowledgeFailure } from '../src/decide/acknowledgement.js';
import { toRetryClass } from '../src/decide/retry.js';
import { errorName, type HandledMessage } from '../src/handle-message.js';
import type { OrderQueue, ReceivedMessage } from '../src/order-queue.js';
import { createUntilWorkable } from '../src/workable.js';
import { LOGGER } from './harness.js';

const MINUTE_MS = 60_000;
const MAX_RECEIVES = 5;
const LEASE_MS = 15_000;

/** SQS as far as the consumer sees it: visibility, receive counts, and the dead-letter queue. */
class SimulatedQueue {
  readonly deadLetters: string[] = [];
  readonly receives: { readonly atMs: number; readonly count: number }[] = [];
  readonly #messages = new Map<string, { visibleAtMs: number; receiveCount: number }>();
  readonly #timers: ManualTimers;

  constructor(timers: ManualTimers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#messages.size;
  }

  send(id: string): void {
    this.#messages.set(id, { visibleAtMs: 0, receiveCount: 0 });
  }

  async receive(signal: AbortSignal, max: number): Promise<ReceivedMessage[]> {
    const endMs = this.#timers.now() + 20_000;
    for (;;) {
      const received = this.#take(max);
      if (received.length > 0 || this.#timers.now() >= endMs || signal.aborted) return received;
      await this.#timers.sleep(500, signal);
    }
  }

  #take(max: number): ReceivedMessage[] {
    const nowMs = this.#timers.now();
    const taken: ReceivedMessage[] = [];
    for (const [id, message] of this.#messages) {
      if (taken.length === max) break;
      if (message.visibleAtMs > nowMs) continue;
      message.receiveCount += 1;
      if (message.receiveCount > MAX_RECEIVES) {
        void this.deadLetter({ id });
        continue;
      }
      message.visibleAtMs = nowMs + 30_000;
      this.receives.push({ atMs: nowMs, count: message.receiveCount });
      const { receiveCount } = message;
      taken.push({ id, body: id, receiptHandle: id, receiveCount, sentAt: 0, attributes: {} });
    }
    return taken;
  }

  async delete({ id }: { readonly id: string }): Promise<void> {
    this.#messages.delete(id);
  }

  async changeVisibility({ id }: { readonly id: string }, delayMs: number): Promise<void> {
    const message = this.#messages.get(id);
    if (message) message.visibleAtMs = this.#timers.now() + delayMs;
  }

  async deadLetter({ id }: { readonly id: string }): Promise<void> {
    this.#messages.delete(id);
    this.deadLetters.push(id);
  }

  async flush(): Promise<void> {}
}

/** A worker in front of two payment services, which its calls go to in turn. */
function startWorker(timers: ManualTimers, queue: SimulatedQueue, services: readonly WatchedGateway[]) {
  let turn = 0;
  const next = () => services[turn++ % services.length] as WatchedGateway;
  const changes: boolean[] = [];
  const breaker = new ProbingBreaker({
    ...DEFAULT_BREAKER_LIMITS,
    service: 'payment',
    timers,
    logger: LOGGER,
    probe: async () => {
      if (!next().isServing) throw new Error('NOT_SERVING');
    },
  });
  breaker.onChange((open) => changes.push(open));
  const signal = new AbortController().signal;
  const handle = async (message: ReceivedMessage): Promise<HandledMessage> => {
    const payment = { idempotencyKey: message.id, amount: 1, currency: 'USD', paymentMethod: '' };
    const attempt = () =>
      breaker.run(() =>
        next()
          .authorize(payment, signal)
          .catch((error: unknown) => Promise.reject(toRpcError(error))),
      );
    const budget = { leftMs: () => 10_000, mayRetry: () => !breaker.isOpen, onRetry: () => undefined };
    try {
      await runWithRetries(attempt, budget, DEFAULT_RETRY_LIMITS, { timers, random: () => 0.5 });
      return { acknowledgement: { kind: 'delete' } };
    } catch (error) {
      const failure = {
        retryClass: toRetryClass(errorName(error)),
        receiveCount: message.receiveCount,
        leaseLeftMs: LEASE_MS,
        outage: outageOf(error) !== undefined,
      };
      return { acknowledgement: acknowledgeFailure(failure, MAX_RECEIVES, 0.5), error };
    }
  };
  const consumer = new Consumer({
    queue: queue as unknown as OrderQueue,
    handle,
    config: { visibilitySeconds: 30, receiveWaitSeconds: 20, maxInFlight: 64, deleteLingerMs: 0, drainMs: 1 },
    clock: () => timers.now(),
    timers,
    logger: LOGGER,
    untilWorkable: createUntilWorkable([breaker]),
    onAcknowledged: () => undefined,
  });
  return { breaker, consumer, changes };
}

test('an outage of 30 minutes dead-letters nothing, pauses polling, and does not make the breakers flap', async () => {
  const timers = new ManualTimers();
  const queue = new SimulatedQueue(timers);
  const provider = { isDown: false };
  const createGateway = () =>
    new WatchedGateway({
      gateway: new SimulatedGateway({ slowMs: 1, isDown: () => provider.isDown }),
      pingTimeoutMs: 2_000,
      timers,
      logger: LOGGER,
    });
  const services = [createGateway(), createGateway()];
  const workers = [0, 1].map(() => startWorker(timers, queue, services));
  let sent = 0;
  const passSeconds = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      for (let order = 0; order < 3; order += 1) queue.send(`order ${sent++}`);
      await timers.advance(1_000);
    }
  };
  await passSeconds(60);
  expect(queue.size).toBeLessThan(10);

  provider.isDown = true;
  await passSeconds(30 * 60);
  expect(queue.deadLetters).toEqual([]);
  const pausedFromMs = 2 * MINUTE_MS;
  expect(queue.receives.filter(({ atMs }) => atMs > pausedFromMs)).toEqual([]);
  expect(workers.map(({ changes }) => changes)).toEqual([[true], [true]]);

  provider.isDown = false;
  await timers.advance(5 * MINUTE_MS);
  expect(queue.deadLetters).toEqual([]);
  expect(queue.size).toBe(0);
  expect(workers.map(({ changes }) => changes)).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(queue.receives.filter(({ count }) => count > 1)).toEqual([]);

  for (const { breaker, consumer } of workers) {
    const stopped = consumer.stop();
    await timers.advance(30_000);
    await stopped;
    breaker.close();
  }
  for (const service of services) service.close();
});
