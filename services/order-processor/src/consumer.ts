/**
 * Receives orders, works on many at once, and acknowledges each by its result:
 *
 *   settled                      deleted
 *   claimed by another worker    hidden until that worker's lease has expired
 *   failed, may succeed later    hidden with backoff
 *   this worker may not claim    made visible for others
 *   a dependency is down         kept hidden, and tried again when it is up
 *   poison, or failed too often  moved to the dead-letter queue with its reason
 *   in progress                  visibility timeout renewed
 *   shutting down, not started   made visible at once
 *   shutting down, unfinished    cut off after the drain, hidden until the lease has expired
 *   the process died             becomes visible when its visibility timeout ends
 */
import { SQS_BATCH_SIZE } from '@order-pipeline/contracts/queues';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import { runForMessage, runMessage } from '@order-pipeline/platform/messaging/message-work';
import { systemTimers, type Timers } from '@order-pipeline/platform/timers';
import type { ConsumerConfig } from './config.js';
import { afterOrder, type LimitState } from './decide/in-flight-limit.js';
import { describeError } from './first-errors.js';
import type { HandledMessage } from './handle-message.js';
import type { OrderQueue, ReceivedMessage } from './order-queue.js';

/** Works on one message until `signal` aborts. Never throws. */
export type MessageHandler = (message: ReceivedMessage, signal: AbortSignal) => Promise<HandledMessage>;

/** Dependencies and options of a consumer. */
export interface ConsumerOptions {
  readonly queue: OrderQueue;
  readonly handle: MessageHandler;
  readonly config: ConsumerConfig;
  readonly clock: Clock;
  /** Default: the machine's. */
  readonly timers?: Timers;
  readonly logger: Logger;
  /** Resolves as soon as orders can be worked on: at once, or when every circuit breaker is closed. */
  readonly untilWorkable: (signal: AbortSignal) => Promise<void>;
  /** Returns false when this worker must not claim but others can: its messages are released. Default: true. */
  readonly mayClaim?: () => boolean;
  readonly onAcknowledged: (handled: HandledMessage) => void;
}

/** Orders that are always worked on at once. */
const MIN_IN_FLIGHT = 4;

const RECEIVE_RETRY_MS = 1_000;

/** Time for which a message is hidden that this worker may not claim, in milliseconds. */
const HAND_BACK_DELAY_MS = 1_000;

/** Slow work is kept hidden this often within one visibility timeout, so that one failed call does not make it visible. */
const HEARTBEATS_PER_VISIBILITY = 3;

/** A running consumer. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #inFlight = new Set<Promise<void>>();
  /** Since when each message is worked on or was last kept hidden, in epoch milliseconds. */
  readonly #hiddenSince = new Map<ReceivedMessage, number>();
  /** Ends receiving. */
  readonly #stopReceiving = new AbortController();
  /** Cuts off work. */
  readonly #cutOff = new AbortController();
  readonly #poller: Promise<void>;
  readonly #timers: Timers;
  #limit: LimitState;
  #cancelHeartbeat: () => void = () => undefined;
  #slotFreed: () => void = () => undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#limit = { limit: options.config.maxInFlight, settling: 0 };
    this.#scheduleHeartbeat();
    this.#poller = this.#poll();
  }

  get #visibilityMs(): number {
    return this.#options.config.visibilitySeconds * 1_000;
  }

  /** Orders that are being worked on. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Orders that may be worked on at once: `maxInFlight`, or what dependencies can take. */
  get inFlightLimit(): number {
    return Math.floor(this.#limit.limit);
  }

  /** Time at which the oldest message in progress was sent, in epoch milliseconds; undefined without any. */
  get oldestSentAt(): number | undefined {
    const sentAt = [...this.#hiddenSince.keys()].flatMap((message) => message.sentAt ?? []);
    return sentAt.length === 0 ? undefined : Math.min(...sentAt);
  }

  /** Stops receiving, lets orders in flight finish for `drainMs`, and releases the messages of the rest. */
  async stop(): Promise<void> {
    const { config, queue, logger } = this.#options;
    this.#stopReceiving.abort();
    this.#slotFreed();
    await this.#poller;
    const drained = Promise.all(this.#inFlight);
    const timer = new AbortController();
    await Promise.race([drained, this.#timers.sleep(config.drainMs, timer.signal)]);
    timer.abort();
    if (this.#inFlight.size > 0) logger.warn({ orders: this.#inFlight.size }, 'releasing unfinished orders');
    this.#cutOff.abort();
    await drained;
    this.#cancelHeartbeat();
    await queue.flush();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopReceiving;
    while (!signal.aborted) {
      try {
        // The breakers are checked last: one may open while this waits for slots.
        await this.#untilSlotsFree(signal);
        await this.#options.untilWorkable(signal);
        if (signal.aborted) return;
        const messages = await this.#options.queue.receive(signal, this.#batchSize);
        for (const message of messages) this.#start(message);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.logger.error({ err: error }, 'cannot receive orders; trying again');
        await this.#timers.sleep(RECEIVE_RETRY_MS, signal);
      }
    }
  }

  /** Messages of one receive at most. */
  get #batchSize(): number {
    return Math.min(SQS_BATCH_SIZE, this.inFlightLimit);
  }

  /** A receive may bring a full batch: wait until there is room for one, or until the process stops. */
  async #untilSlotsFree(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#inFlight.size + this.#batchSize > this.inFlightLimit) {
      await new Promise<void>((resolve) => {
        this.#slotFreed = resolve;
      });
    }
  }

  #start(message: ReceivedMessage): void {
    const { queueName } = this.#options.queue;
    const work = runMessage(message, queueName, () => this.#work(message)).finally(() => {
      this.#inFlight.delete(work);
      this.#slotFreed();
    });
    this.#inFlight.add(work);
  }

  async #work(message: ReceivedMessage): Promise<void> {
    const { logger, clock } = this.#options;
    try {
      this.#hiddenSince.set(message, clock());
      const handled = await this.#handleWhenWorkable(message);
      this.#hiddenSince.delete(message);
      if (!('acknowledgement' in handled))
        return await this.#options.queue.changeVisibility(message, handled.delayMs);
      await this.#acknowledge(message, handled);
      this.#options.onAcknowledged(handled);
    } catch (error) {
      // The message reappears when its visibility timeout ends; every step before can be repeated.
      logger.error({ err: error, message_id: message.id }, 'could not acknowledge');
    }
  }

  /** Works on a message, and again after each outage. Returns the delay of a message to release when the process stops. */
  async #handleWhenWorkable(
    message: ReceivedMessage,
  ): Promise<HandledMessage | { readonly delayMs: number }> {
    const { handle, untilWorkable, mayClaim = () => true } = this.#options;
    const { signal } = this.#stopReceiving;
    for (let delayMs = 0; ; ) {
      // A long poll may bring an order after a breaker has opened: it waits here, and no attempt is spent on it.
      if (mayClaim()) await untilWorkable(signal);
      if (signal.aborted) return { delayMs };
      if (!mayClaim()) return { delayMs: Math.max(delayMs, HAND_BACK_DELAY_MS) };
      const startedAt = this.#timers.now();
      const handled = await handle(message, this.#cutOff.signal);
      this.#adaptLimit(handled, this.#timers.now() - startedAt);
      if (handled.acknowledgement.kind !== 'wait') return handled;
      delayMs = handled.acknowledgement.delayMs;
      const waitedFrom = this.#timers.now();
      await this.#timers.sleep(delayMs, signal);
      delayMs = Math.max(0, delayMs - (this.#timers.now() - waitedFrom));
    }
  }

  #adaptLimit({ acknowledgement, error }: HandledMessage, durationMs: number): void {
    const { maxInFlight } = this.#options.config;
    const bounds = { min: Math.min(MIN_IN_FLIGHT, maxInFlight), max: maxInFlight };
    const failed = acknowledgement.kind === 'later' && error !== undefined;
    const full = this.#inFlight.size + this.#batchSize > this.inFlightLimit;
    this.#limit = afterOrder(this.#limit, { durationMs, failed, full }, bounds);
  }

  async #acknowledge(
    message: ReceivedMessage,
    { acknowledgement, error, firstError }: HandledMessage,
  ): Promise<void> {
    const { queue } = this.#options;
    if (acknowledgement.kind === 'delete') await queue.delete(message);
    else if (acknowledgement.kind !== 'dead-letter')
      await queue.changeVisibility(message, acknowledgement.delayMs);
    else await queue.deadLetter(message, acknowledgement.reason, firstError ?? describeError(error));
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat = this.#timers.after(this.#visibilityMs / HEARTBEATS_PER_VISIBILITY, () => {
      this.#scheduleHeartbeat();
      this.#extendVisibility();
    });
  }

  #extendVisibility(): void {
    const { queue, clock, logger } = this.#options;
    const now = clock();
    for (const [message, since] of this.#hiddenSince) {
      if (now - since < this.#visibilityMs / HEARTBEATS_PER_VISIBILITY) continue;
      this.#hiddenSince.set(message, now);
      void runForMessage(message, () =>
        queue.changeVisibility(message, this.#visibilityMs).catch((error: unknown) => {
          logger.warn({ err: error, message_id: message.id }, 'could not keep a message hidden');
        }),
      );
    }
  }
}
