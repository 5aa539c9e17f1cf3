/** Finds orders: in the index of recent ones, by id in the orders table, and by user in its index. */
import { isFinal, type OrderRecord, RECONCILER_KEY } from '@order-pipeline/contracts/orders';
import { ORDERS_BY_USER_INDEX } from '@order-pipeline/contracts/tables';
import { createItemParser } from '@order-pipeline/platform/dynamo/parse';
import type { PageToken, Projection, Table } from '@order-pipeline/platform/dynamo/table';
import { z } from 'zod';
import { matches, newestFirst, type OrderFilter, type OrderPosition } from '../decide/order-filter.js';
import type { OrderIndex } from '../feed/order-index.js';
import { fromRecord, type ListedOrder } from './listed-order.js';

/** Dependencies of {@link OrderSearch}. */
export interface OrderSearchDeps {
  readonly table: Table<OrderRecord>;
  readonly index: OrderIndex;
  /** True while the index follows the feed. */
  readonly live: () => boolean;
}

/** A search. */
export interface OrderQuery extends OrderFilter {
  /** An order id, user id, request id or trace id. */
  readonly text?: string | undefined;
  readonly limit: number;
  readonly after?: SearchPosition | undefined;
}

/** A place to go on from. */
export type SearchPosition =
  | { readonly kind: 'recent'; readonly after: OrderPosition }
  | { readonly kind: 'user'; readonly userId: string; readonly token: PageToken };

/** A page of found orders. */
export interface OrderPage {
  readonly orders: readonly ListedOrder[];
  readonly next?: SearchPosition | undefined;
  /** Epoch milliseconds; undefined where the search covers every order. */
  readonly since?: number | undefined;
  readonly limitations: readonly string[];
}

/** Pages of a user's orders that one search reads at most while its filters match few. */
const MAX_USER_PAGES = 10;

/** DynamoDB reads 100 items in one call. */
const BATCH_SIZE = 100;

const ORDER_ID: Projection<{ order_id: string }> = {
  attributes: ['order_id'],
  parse: createItemParser<{ order_id: string }>(z.looseObject({ order_id: z.string() })),
};

/** Searches orders. Rejects with StoreUnavailableError where the orders table is needed and does not answer. */
export class OrderSearch {
  readonly #deps: OrderSearchDeps;

  constructor(deps: OrderSearchDeps) {
    this.#deps = deps;
  }

  /** Returns a page of orders, the newest first. */
  async find(query: OrderQuery): Promise<OrderPage> {
    const { text, after } = query;
    if (after?.kind === 'user') return this.#ofUser({ ...query, userId: after.userId }, after.token);
    if (text === undefined || after?.kind === 'recent')
      return query.userId === undefined
        ? this.#recent(query)
        : this.#ofUser({ ...query, userId: query.userId });
    const exact = await this.#exact(text);
    const orders = exact.filter((order) => matches(order, query)).sort(newestFirst);
    if (exact.length > 0) return { orders: await this.#current(orders), limitations: this.#limitations() };
    const ofUser = await this.#ofUser({ ...query, userId: text });
    const nothing = ofUser.orders.length === 0;
    return { ...ofUser, limitations: nothing ? this.#limitations() : ofUser.limitations };
  }

  /** Orders whose id, request or trace it is. */
  async #exact(text: string): Promise<readonly ListedOrder[]> {
    const { table, index } = this.#deps;
    const ofRequest = index.ofRequest(text);
    if (ofRequest.length > 0) return ofRequest;
    const record = text === RECONCILER_KEY ? undefined : await table.get(text, { consistent: false });
    if (record) return [fromRecord(record)];
    const pending = index.get(text);
    return pending ? [pending] : [];
  }

  async #recent({ limit, after, ...filter }: OrderQuery): Promise<OrderPage> {
    const { index } = this.#deps;
    const position = after?.kind === 'recent' ? after.after : undefined;
    const { orders, more } = index.search(filter, limit, position);
    const last = orders.at(-1);
    const current = await this.#current(orders).catch(() => orders);
    return {
      orders: current.filter((order) => matches(order, filter)),
      next:
        more && last
          ? { kind: 'recent', after: { createdAt: last.createdAt, order_id: last.order_id } }
          : undefined,
      since: index.since,
      limitations: this.#limitations(),
    };
  }

  /** A user's orders of any age, after those that no worker has claimed. */
  async #ofUser(query: OrderQuery & { readonly userId: string }, from?: PageToken): Promise<OrderPage> {
    const { index, live } = this.#deps;
    const found: ListedOrder[] = [];
    const pending = from ? [] : index.search({ ...query, statuses: ['PENDING'] }, BATCH_SIZE).orders;
    let token = from;
    let pages = 0;
    do {
      const page = await this.#userPage(query.userId, Math.min(BATCH_SIZE, query.limit), token);
      found.push(...page.orders.filter((order) => matches(order, query)));
      token = page.token;
      pages += 1;
    } while (token && found.length < query.limit && pages < MAX_USER_PAGES);
    const claimed = new Set(found.map(({ order_id }) => order_id));
    const unclaimed = pending.filter((order) => !claimed.has(order.order_id) && matches(order, query));
    return {
      orders: [...unclaimed, ...found].sort(newestFirst),
      next: token && { kind: 'user', userId: query.userId, token },
      limitations: live() ? [] : ['Redis cannot be reached: orders that no worker has claimed are missing.'],
    };
  }

  async #userPage(userId: string, limit: number, pageToken: PageToken | undefined) {
    const { table } = this.#deps;
    const { items, nextPageToken } = await table.query({
      index: ORDERS_BY_USER_INDEX,
      hashKey: { name: 'user_id', value: userId },
      projection: ORDER_ID,
      descending: true,
      limit,
      pageToken,
    });
    const ids = items.map(({ order_id }) => order_id);
    const records = ids.length > 0 ? await table.getAll(ids, { consistent: false }) : [];
    return { orders: records.map(fromRecord), token: nextPageToken };
  }

  /** Reads what is not final again: the feed may have lost its end. */
  async #current(orders: readonly ListedOrder[]): Promise<readonly ListedOrder[]> {
    const { table, index } = this.#deps;
    const open = orders.filter(({ status, user_id }) => !isFinal(status) || user_id === '');
    const ids = open.map(({ order_id }) => order_id);
    const records = new Map<string, ListedOrder>();
    for (let from = 0; from < ids.length; from += BATCH_SIZE) {
      for (const record of await table.getAll(ids.slice(from, from + BATCH_SIZE), { consistent: false }))
        records.set(record.order_id, fromRecord(record));
    }
    for (const order of records.values()) index.correct(order);
    return orders.map((order) => records.get(order.order_id) ?? order);
  }

  #limitations(): string[] {
    const { index, live } = this.#deps;
    if (live()) return [];
    const since = index.since;
    return [
      since === undefined
        ? 'Redis cannot be reached: recent orders are not known. Search by order id or user.'
        : 'Redis cannot be reached: orders and changes since then are missing. Search by order id or user.',
    ];
  }
}
