/** Snapshots of the pipeline: the feed, the queues, the processes and the health of services. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ProcessState } from '@order-pipeline/contracts/process-state';
import type { Clock } from '@order-pipeline/platform/clock';
import { pingRedis, type Redis } from '@order-pipeline/platform/redis';
import { readHealth, type ServiceHealth, type WatchedService } from './health.js';
import type { OrderIndex } from './order-index.js';
import type { PipelineWindow, WindowFigures } from './pipeline-window.js';
import { readProcesses } from './processes.js';

/** Dependencies of {@link Pipeline}. */
export interface PipelineDeps {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly redis: Redis;
  readonly index: OrderIndex;
  readonly window: PipelineWindow;
  /** True while the feed is followed. */
  readonly live: () => boolean;
  readonly services: readonly WatchedService[];
  readonly clock: Clock;
}

/** Messages of a queue. */
export interface QueueDepth {
  readonly visible: number;
  /** Held by a worker, or waiting for a retry. */
  readonly hidden: number;
}

/** The pipeline at one moment. Undefined where a dependency did not answer. */
export interface Snapshot {
  readonly at: number;
  readonly figures: WindowFigures | undefined;
  readonly queue: QueueDepth | undefined;
  readonly deadLetters: QueueDepth | undefined;
  /** Epoch milliseconds; undefined when every known order is final. */
  readonly oldestOpen: number | undefined;
  readonly processes: readonly ProcessState[] | undefined;
  readonly services: readonly ServiceHealth[];
  readonly limitations: readonly string[];
}

/** Age up to which watchers share a snapshot, in milliseconds. */
const SHARED_MS = 400;

/** Age up to which watchers share queue depths and health, which cost requests, in milliseconds. */
const SHARED_SLOW_MS = 1_900;

/** Creates snapshots, shared between watchers. */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #take: () => Promise<Snapshot>;
  readonly #readQueues: () => Promise<readonly (QueueDepth | undefined)[]>;
  readonly #readHealth: () => Promise<readonly ServiceHealth[]>;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#take = shared(deps.clock, SHARED_MS, () => this.#snapshot());
    this.#readQueues = shared(deps.clock, SHARED_SLOW_MS, () =>
      Promise.all([deps.queueUrl, deps.deadLetterQueueUrl].map((url) => readDepth(deps.sqs, url))),
    );
    this.#readHealth = shared(deps.clock, SHARED_SLOW_MS, () => readHealth(deps.services));
  }

  /** Returns a snapshot. Never rejects. */
  snapshot(): Promise<Snapshot> {
    return this.#take();
  }

  async #snapshot(): Promise<Snapshot> {
    const { redis, index, window, live, clock } = this.#deps;
    const [[queue, deadLetters], health, processes, redisUp] = await Promise.all([
      this.#readQueues(),
      this.#readHealth(),
      readProcesses(redis, clock).catch(() => undefined),
      pingRedis(redis).then(
        () => true,
        () => false,
      ),
    ]);
    const isLive = live() && redisUp;
    return {
      at: clock(),
      figures: isLive ? window.figures() : undefined,
      queue,
      deadLetters,
      oldestOpen: index.oldestOpen(),
      processes,
      services: [...health, { name: 'redis', ready: redisUp, problem: redisUp ? '' : 'cannot be reached' }],
      limitations: [
        ...(isLive ? [] : ['Redis cannot be reached: rates, latencies and breakers are missing.']),
        ...(queue && deadLetters ? [] : ['SQS cannot be reached: the depth of the queues is missing.']),
      ],
    };
  }
}

async function readDepth(sqs: SQSClient, QueueUrl: string): Promise<QueueDepth | undefined> {
  try {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    const count = (name: keyof typeof Attributes) => Number(Attributes[name] ?? 0);
    return {
      visible: count('ApproximateNumberOfMessages'),
      hidden: count('ApproximateNumberOfMessagesNotVisible') + count('ApproximateNumberOfMessagesDelayed'),
    };
  } catch {
    return undefined;
  }
}

/** Returns a function whose callers share an answer while it is young, and one that is under way. */
function shared<T>(clock: Clock, maxAgeMs: number, read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock();
    if (!answer || now - askedAt > maxAgeMs) {
      askedAt = now;
      answer = read();
    }
    return answer;
  };
}
