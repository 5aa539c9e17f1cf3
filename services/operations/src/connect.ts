/** Opens what the service works with: the system, the index of recent orders, the pipeline. */
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import { systemClock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Redis } from '@order-pipeline/platform/redis';
import { systemTimers } from '@order-pipeline/platform/timers';
import type { Config } from './config.js';
import { DeadLetters } from './dead-letters.js';
import { FeedReader } from './feed/feed-reader.js';
import { OrderIndex } from './feed/order-index.js';
import { Pipeline } from './feed/pipeline.js';
import { PipelineWindow } from './feed/pipeline-window.js';
import { connect } from './operator/tools.js';
import { OrderSearch } from './orders/search.js';

/** Longest time that the start waits for the history of the feed, in milliseconds. */
const HISTORY_TIMEOUT_MS = 2_000;

/** Connects; connections are made when they are first needed. */
export function connectOperations(config: Config, redis: Redis, logger: Logger) {
  const system = connect(config);
  const index = new OrderIndex();
  const window = new PipelineWindow(systemClock);
  const feed = new FeedReader({
    redis,
    timers: systemTimers,
    logger,
    onEntry: (entry) => {
      index.apply(entry);
      window.add(entry);
    },
  });
  const live = () => feed.live;
  const deadLetters = new DeadLetters(systemClock);
  const { queueUrl, deadLetterQueueUrl, services } = config;
  const pipeline = new Pipeline({
    ...{ sqs: system.sqs, queueUrl, deadLetterQueueUrl, services },
    ...{ redis, index, window, live, clock: systemClock },
  });
  const search = new OrderSearch({ table: openOrders(system.dynamo, config.ordersTable), index, live });
  return {
    deps: {
      ...{ system, index, live, deadLetters, pipeline, search },
      isDeadLetter: (orderId: string) => deadLetters.hasOrder(orderId),
      onRemoved: (messageId: string) => deadLetters.left(messageId),
    },
    /** Follows the feed. Resolves when its history is known, or without Redis. */
    start: () => feed.start(HISTORY_TIMEOUT_MS),
    close: async () => {
      await feed.stop();
      system.close();
    },
  };
}
