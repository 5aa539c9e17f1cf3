import { describe, expect, test } from '@jest/globals';
import { decodeFeedEntry, type FeedEntry, ORDER_FEED_KEY } from '@order-pipeline/contracts/order-feed';
import { decodeProcessState, PROCESS_STATE_KEY } from '@order-pipeline/contracts/process-state';
import { startRedisServer } from '@order-pipeline/local/redis-server';
import { createLogger } from '../src/logger.js';
import { OrderFeedWriter } from '../src/order-feed.js';
import { publishProcessState } from '../src/process-state.js';
import { createRedis } from '../src/redis.js';
import { ManualTimers } from './manual-timers.js';

const PLACED: FeedEntry = {
  order_id: 'o1',
  user_id: 'u1',
  amount: 999,
  currency: 'USD',
  items: [{ sku: 'MUG-01', quantity: 1 }],
  created_at: '2026-01-01T00:00:00.000Z',
  request_id: 'r1',
  trace_id: 't1',
};
const COMPLETED: FeedEntry = { order_id: 'o1', status: 'COMPLETED', at: 1, attempt: 1 };

describe('with Redis', () => {
  test('entries are appended in their order, many in one command', async () => {
    const server = await startRedisServer();
    const redis = createRedis(server.url, createLogger('test', 'silent'));
    try {
      await new Promise((resolve) => redis.once('ready', resolve));
      const timers = new ManualTimers();
      const writer = new OrderFeedWriter({ redis, timers });
      writer.add(PLACED);
      for (let count = 0; count < 600; count += 1) writer.add(COMPLETED);
      await writer.flush();
      const entries = await redis.xrange(ORDER_FEED_KEY, '-', '+');
      expect(entries).toHaveLength(601);
      expect(entries.slice(0, 2).map(([, [, text]]) => decodeFeedEntry(text ?? ''))).toEqual([
        PLACED,
        COMPLETED,
      ]);
      const state = {
        service: 'order-processor',
        instance: 'p1',
        at: 5,
        in_flight: 3,
        open_breakers: { fraud: true },
      };
      const published = publishProcessState({ redis, timers, state: () => state });
      const text = await redis.hget(PROCESS_STATE_KEY, 'p1');
      expect(decodeProcessState(text ?? '')).toEqual(state);
      await published.stop();
      expect(await redis.hget(PROCESS_STATE_KEY, 'p1')).toBeNull();
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });
});

test('without Redis entries are dropped, and later ones are sent', async () => {
  const sent: unknown[][] = [];
  let down = true;
  const redis = {
    eval: (...args: unknown[]) => {
      if (down) return Promise.reject(new Error('down'));
      sent.push(args);
      return Promise.resolve(null);
    },
  };
  const timers = new ManualTimers();
  const writer = new OrderFeedWriter({ redis: redis as never, timers });
  writer.add(PLACED);
  await timers.advance(1_000);
  down = false;
  writer.add(COMPLETED);
  await timers.advance(1_000);
  expect(sent.map((args) => args.slice(4))).toEqual([[JSON.stringify(COMPLETED)]]);
});

test.each(['', 'null', '{}', '{"order_id":"o","status":"PENDING","at":1}', '{"order_id":'])(
  '%p is no entry',
  (text) => expect(decodeFeedEntry(text)).toBeUndefined(),
);
