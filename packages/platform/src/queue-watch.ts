/** Depths of a queue and of its dead-letter queue, as reported by SQS. With Redis one process at a time reads them. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Gauge } from 'prom-client';
import type { Logger } from './logger.js';
import type { Registry } from './metrics.js';
import type { Redis } from './redis.js';
import type { Timers } from './timers.js';

/** Dependencies and options of a `QueueWatch`. */
export interface QueueWatchDeps {
  readonly sqs: SQSClient;
  /** Names of the two gauges. */
  readonly metrics: { readonly messages: string; readonly deadLetters: string };
  /** Holds the lease of the process that reads; without it every process reads. */
  readonly lease?: { readonly redis: Redis; readonly key: string };
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly registry: Registry;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Names this process in the lease. */
  readonly id: string;
  /** Time between two reads, in milliseconds. */
  readonly intervalMs: number;
}

const ATTRIBUTES = {
  visible: 'ApproximateNumberOfMessages',
  hidden: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

/**
 * Keeps a gauge of the queue's messages by `state`, and one of the dead letters, up to date. A process that does not lead shows no values, so
 * that no stale one remains. Without Redis every process publishes the gauges: readers take the maximum.
 */
export class QueueWatch {
  readonly #deps: QueueWatchDeps;
  readonly #messages: Gauge<'state'>;
  readonly #deadLetters: Gauge;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(deps: QueueWatchDeps) {
    const registers = [deps.registry];
    this.#deps = deps;
    this.#messages = new Gauge({
      name: deps.metrics.messages,
      help: 'Messages in the queue: visible, hidden (being worked on or waiting for a retry), delayed',
      labelNames: ['state'],
      registers,
    });
    this.#deadLetters = new Gauge({
      name: deps.metrics.deadLetters,
      help: 'Messages in the dead-letter queue, those hidden by a reader included',
      registers,
    });
    this.#deadLetters.remove();
  }

  /** Reads the queues every `intervalMs`. Resolves after the first read. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#stopped) return;
    this.#cancel = this.#deps.timers.after(this.#deps.intervalMs, () => void this.start());
  }

  /** Stops the reads. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { queueUrl, deadLetterQueueUrl, logger } = this.#deps;
    try {
      if (!(await this.#leads())) return this.#forget();
      const [orders, letters] = await Promise.all([this.#read(queueUrl), this.#read(deadLetterQueueUrl)]);
      for (const [state, count] of Object.entries(orders)) this.#messages.set({ state }, count);
      this.#deadLetters.set(letters.visible + letters.hidden + letters.delayed);
    } catch (error) {
      this.#forget();
      logger.warn({ err: error }, 'cannot read the depth of the queues');
    }
  }

  /** Takes or renews the lease; it outlasts one failed read. */
  async #leads(): Promise<boolean> {
    const { lease, id, intervalMs } = this.#deps;
    if (!lease) return true;
    const { redis, key } = lease;
    try {
      const holder = await redis.set(key, id, 'PX', Math.ceil(intervalMs * 2.5), 'NX', 'GET');
      if (holder !== null && holder !== id) return false;
      if (holder === id) await redis.pexpire(key, Math.ceil(intervalMs * 2.5));
      return true;
    } catch {
      return true;
    }
  }

  #forget(): void {
    this.#messages.reset();
    this.#deadLetters.remove();
  }

  async #read(QueueUrl: string): Promise<Record<keyof typeof ATTRIBUTES, number>> {
    const { Attributes = {} } = await this.#deps.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: Object.values(ATTRIBUTES) }),
    );
    const count = (state: keyof typeof ATTRIBUTES) => Number(Attributes[ATTRIBUTES[state]] ?? 0);
    return { visible: count('visible'), hidden: count('hidden'), delayed: count('delayed') };
  }
}
