/** Depths of the queues, as SQS knows them. One processor at a time asks: the holder of a short lease in Redis. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { Redis } from '@order-pipeline/platform/redis';
import type { Timers } from '@order-pipeline/platform/timers';
import { Gauge } from 'prom-client';

/** Dependencies and options of a `QueueWatch`. */
export interface QueueWatchDeps {
  readonly sqs: SQSClient;
  readonly redis: Redis;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly registry: Registry;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Names this process in the lease. */
  readonly id: string;
  /** Time between two looks, in milliseconds. */
  readonly intervalMs: number;
}

/** Key of the lease. */
const LEASE_KEY = 'order-processor:queue-watch';

const ATTRIBUTES = {
  visible: 'ApproximateNumberOfMessages',
  hidden: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

/**
 * Keeps `order_queue_messages{state}` and `order_dlq_messages` up to date. A process that does not lead shows no values, so
 * that no stale one remains. Without Redis every process looks for itself: readers take the maximum.
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
      name: 'order_queue_messages',
      help: 'Messages in the order queue: visible, hidden (being worked on or waiting for a retry), delayed',
      labelNames: ['state'],
      registers,
    });
    this.#deadLetters = new Gauge({
      name: 'order_dlq_messages',
      help: 'Messages in the dead-letter queue of orders, those that somebody looks at included',
      registers,
    });
    this.#deadLetters.remove();
  }

  /** Looks now and then every `intervalMs`. Resolves after the first look. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#stopped) return;
    this.#cancel = this.#deps.timers.after(this.#deps.intervalMs, () => void this.start());
  }

  /** Stops looking. */
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

  /** Takes the lease or prolongs it; it outlasts one look that fails. */
  async #leads(): Promise<boolean> {
    const { redis, id, intervalMs } = this.#deps;
    try {
      const holder = await redis.set(LEASE_KEY, id, 'PX', Math.ceil(intervalMs * 2.5), 'NX', 'GET');
      if (holder !== null && holder !== id) return false;
      if (holder === id) await redis.pexpire(LEASE_KEY, Math.ceil(intervalMs * 2.5));
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
