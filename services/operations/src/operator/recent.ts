/** `list`, `watch` and `cancel`: recent orders from the feed, with the search that the operators' API uses. */
import { openOrders } from '@order-pipeline/order-protocol/order-store';
import { createLogger } from '@order-pipeline/platform/logger';
import { createRedis } from '@order-pipeline/platform/redis';
import { systemTimers } from '@order-pipeline/platform/timers';
import { matches, type OrderFilter } from '../decide/order-filter.js';
import { FeedReader } from '../feed/feed-reader.js';
import { OrderIndex } from '../feed/order-index.js';
import type { ListedOrder } from '../orders/listed-order.js';
import { OrderSearch } from '../orders/search.js';
import { cancelCommand } from './cancel.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { redisOf, unreachable } from './reach.js';
import { toAge, toCount, toLine, toMoney, toTable } from './text.js';
import type { Tools } from './tools.js';

/** Options of `list`. */
export interface ListOrdersOptions extends OrderFilter {
  /** An order id, user id, request id or trace id. */
  readonly text?: string | undefined;
  readonly limit: number;
  readonly json: boolean;
}

/** Recent orders, for one command. */
interface Recent {
  readonly index: OrderIndex;
  readonly search: OrderSearch;
  /** Passes while the index follows the feed. @throws {CommandError} when Redis is not configured or cannot be reached */
  readonly requireFeed: () => void;
}

/** Longest wait of a command for the history of the feed, in milliseconds. */
const HISTORY_TIMEOUT_MS = 2_000;

/**
 * Prints orders, the newest first.
 *
 * @throws {CommandError} when none is found and the feed of recent orders cannot be read
 */
export function listOrders(tools: Tools, options: ListOrdersOptions): Promise<ExitCode> {
  const { shell } = tools;
  const { json, ...query } = options;
  return withRecent(tools, async ({ search, requireFeed }) => {
    const { orders, limitations } = await search.find(query);
    if (orders.length === 0) requireFeed();
    for (const limitation of limitations) shell.err(`${limitation}\n`);
    if (json) shell.out(`${JSON.stringify(orders.map(toListed), undefined, 2)}\n`);
    else if (orders.length === 0) shell.out('No order matches.\n');
    else
      shell.out(
        `${toTable(
          HEADS,
          orders.map((order) => toRow(order, shell.clock())),
        )}${toCount(orders.length, 'order')}.\n`,
      );
    return EXIT.done;
  });
}

/**
 * Prints orders as they change, until Ctrl-C.
 *
 * @throws {CommandError} when the feed of recent orders cannot be read
 */
export function watchOrders(
  tools: Tools,
  filter: OrderFilter & { readonly json: boolean },
): Promise<ExitCode> {
  const { shell } = tools;
  const { json, ...conditions } = filter;
  return withRecent(tools, async ({ index, requireFeed }) => {
    requireFeed();
    const unsubscribe = index.subscribe((order) => {
      if (matches(order, conditions))
        shell.out(json ? `${JSON.stringify(toListed(order))}\n` : toChange(order));
    });
    await new Promise<void>((resolve) => {
      if (shell.signal.aborted) resolve();
      else shell.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    unsubscribe();
    return EXIT.done;
  });
}

/**
 * Cancels an order that is not decided.
 *
 * @throws {CommandError} when it is decided or unknown, and when the feed is needed to know it and cannot be read
 */
export function cancelRecent(tools: Tools, orderId: string, reason: string): Promise<ExitCode> {
  return withRecent(tools, ({ index, requireFeed }) => {
    const isAccepted = async (id: string) => {
      if (index.get(id)) return true;
      requireFeed();
      return false;
    };
    return cancelCommand(tools, { orderId, reason, isAccepted });
  });
}

/** Follows the feed while the command lasts. Without Redis the index stays empty, and searches say so. */
async function withRecent(tools: Tools, command: (recent: Recent) => Promise<ExitCode>): Promise<ExitCode> {
  const { shell, dynamo, config } = tools;
  const index = new OrderIndex();
  const table = openOrders(dynamo, config.ordersTable);
  const url = shell.env.REDIS_URL;
  if (url === undefined || url === '') {
    const requireFeed = () => {
      throw new CommandError(EXIT.config, 'REDIS_URL is not set: recent orders are read from Redis');
    };
    return command({ index, requireFeed, search: new OrderSearch({ table, index, live: () => false }) });
  }
  const logger = createLogger('orders', 'silent');
  const redis = createRedis(url, logger);
  const feed = new FeedReader({
    redis,
    timers: systemTimers,
    logger,
    onEntry: (entry) => index.apply(entry),
  });
  try {
    await feed.start(HISTORY_TIMEOUT_MS);
    const requireFeed = () => {
      if (!feed.live) throw unreachable(redisOf(url, config));
    };
    return await command({
      index,
      requireFeed,
      search: new OrderSearch({ table, index, live: () => feed.live }),
    });
  } finally {
    await feed.stop();
    redis.disconnect();
  }
}

const HEADS = ['ID', 'USER', 'STATUS', 'REASON', 'AMOUNT', 'AGE'];
const USER_MAX = 24;

function toRow(order: ListedOrder, now: number): string[] {
  const { order_id, user_id, status, reason, amount, currency, createdAt } = order;
  const money = currency === '' ? '-' : toMoney(amount, currency);
  return [order_id, toLine(user_id || '-', USER_MAX), status, reason || '-', money, toAge(now - createdAt)];
}

function toChange({ order_id, user_id, status, reason, updatedAt }: ListedOrder): string {
  const time = new Date(updatedAt).toISOString();
  return `${[time, order_id, status.padEnd(10), toLine(reason), toLine(user_id, USER_MAX)].join('  ').trimEnd()}\n`;
}

/** An order for machines. Times in ISO 8601. */
function toListed(order: ListedOrder) {
  const { createdAt, updatedAt, requestId, traceId, reason, ...rest } = order;
  return {
    ...rest,
    reason: reason || null,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
    request_id: requestId || null,
    trace_id: traceId || null,
  };
}
