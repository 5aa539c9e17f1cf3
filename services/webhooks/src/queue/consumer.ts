/** Receives messages and works on many at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@order-pipeline/platform/logger';
import { runMessage } from '@order-pipeline/platform/messaging/message-work';
import { addFields } from '@order-pipeline/platform/work';
import type { Acknowledgement } from './handle-message.js';
import { RECEIVE_SIZE, type WebhookMessage, type WebhookQueue } from './webhook-queue.js';

/** Dependencies and limits of a consumer. */
export interface ConsumerDeps {
  readonly queue: WebhookQueue;
  readonly handle: (body: string) => Promise<Acknowledgement>;
  readonly logger: Logger;
  readonly maxInFlight: number;
  readonly onDeadLetter: () => void;
}

const RECEIVE_RETRY_MS = 1_000;

/** A running consumer. */
export class Consumer {
  readonly #deps: ConsumerDeps;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #poller: Promise<void>;

  constructor(deps: ConsumerDeps) {
    this.#deps = deps;
    this.#poller = this.#poll();
  }

  /** Messages that are being worked on. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Stops receiving and waits for the messages in flight. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#poller;
    await Promise.all(this.#inFlight);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        while (this.#inFlight.size + RECEIVE_SIZE > this.#deps.maxInFlight)
          await Promise.race(this.#inFlight);
        if (signal.aborted) return;
        for (const message of await this.#deps.queue.receive(signal)) this.#start(message);
      } catch (error) {
        if (signal.aborted) return;
        this.#deps.logger.error({ err: error }, 'cannot receive webhook messages; trying again');
        await sleep(RECEIVE_RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #start(message: WebhookMessage): void {
    const { queueName } = this.#deps.queue;
    const work = runMessage(message, queueName, () => this.#work(message)).finally(() =>
      this.#inFlight.delete(work),
    );
    this.#inFlight.add(work);
  }

  async #work(message: WebhookMessage): Promise<void> {
    const { queue, handle, logger, onDeadLetter } = this.#deps;
    addFields({ attempt: message.receiveCount });
    try {
      const acknowledgement = await handle(message.body);
      if (acknowledgement.kind === 'delete') await queue.delete(message);
      else if (acknowledgement.kind === 'defer') await queue.defer(message, acknowledgement.delayMs);
      else {
        await queue.deadLetter(message, acknowledgement.reason);
        logger.error(
          { message_id: message.id, reason: acknowledgement.reason },
          'dead-lettered a webhook message',
        );
        onDeadLetter();
      }
    } catch (error) {
      logger.warn({ err: error, message_id: message.id }, 'webhook message is retried');
    }
  }
}
