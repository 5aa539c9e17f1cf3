/** Orders that pass the filters: pages of the list, kept current by the live feed. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type {
  ListOrdersResponse,
  OrderSummary,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { operations } from '../../api/clients.js';
import type { LiveState } from '../../api/live-stream.js';
import { addToFeed, useOrderFeed } from '../../api/order-feed.js';
import { statusOfName } from '../../api/status.js';
import { toMs } from '../../api/times.js';
import { useNow } from '../../ui/use-now.js';
import { matches, type OrderFilters, SPANS, toSearch } from './filters.js';

const PAGE_SIZE = 100;
/** While the feed is down the list is read again this often, in milliseconds. */
const POLL_MS = 3_000;

/** Orders and the state of reading them. */
interface FoundOrders {
  /** The newest first. */
  readonly orders: readonly OrderSummary[];
  readonly live: LiveState;
  readonly list: Pick<
    ReturnType<typeof useInfiniteQuery>,
    'isError' | 'isPending' | 'error' | 'hasNextPage' | 'refetch'
  >;
  readonly limitations: readonly string[];
  /** Time of acceptance of the oldest order that the search could find, in epoch milliseconds. */
  readonly searchedSince: number | undefined;
  readonly loadMore: () => void;
}

/** Reads orders; `loadMore` appends the next page. */
export function useOrders(filters: OrderFilters): FoundOrders {
  const feed = useOrderFeed();
  const isSearch = filters.query !== '';
  const list = useInfiniteQuery({
    // A gap in the feed makes a new list.
    queryKey: ['orders', toSearch(filters), feed.gaps],
    queryFn: ({ pageParam, signal }) => readPage(filters, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined,
    placeholderData: (previous, query) => (isSameList(query?.queryKey, filters) ? previous : undefined),
    // The feed follows the orders that were found; an order that a search has missed may appear later.
    refetchInterval: ({ state }) =>
      feed.live.kind !== 'live' || (isSearch && countOf(state.data?.pages) === 0) ? POLL_MS : false,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => addToFeed(data?.pages.flatMap(({ orders }) => orders) ?? []), [data]);
  const now = useNow(10_000);
  const { version, book } = feed;
  // The version counts the changes of the book.
  const orders = useMemo(
    () => merge(data?.pages ?? [], book.list(), filters, now),
    [data, book, version, filters, now],
  );
  return {
    orders,
    live: feed.live,
    list,
    limitations: [...new Set([...(data?.pages[0]?.limitations ?? []), ...feed.limitations])],
    searchedSince: toMs(data?.pages[0]?.searchedSince),
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
  };
}

function readPage(
  filters: OrderFilters,
  pageToken: string,
  signal: AbortSignal,
): Promise<ListOrdersResponse> {
  const { query, statuses, reason, span } = filters;
  return operations.listOrders(
    {
      query,
      statuses: statuses.map(statusOfName),
      reason,
      pageSize: PAGE_SIZE,
      pageToken,
      ...(span && { createdAfter: timestampFromMs(Date.now() - SPANS[span]) }),
    },
    { signal },
  );
}

/** The feed has the latest version of every order; where the list has not got that far, older ones wait for their page. */
function merge(
  pages: readonly ListOrdersResponse[],
  known: readonly OrderSummary[],
  filters: OrderFilters,
  now: number,
): OrderSummary[] {
  const found = known.filter((order) => matches(order, filters, now));
  // A query by something that summaries lack finds orders that the filters alone would not.
  const ids = new Set(found.map(({ orderId }) => orderId));
  const others = pages
    .flatMap(({ orders }) => orders)
    .filter(({ orderId }) => !ids.has(orderId) && !known.some((order) => order.orderId === orderId));
  return [...found, ...others];
}

function isSameList(key: readonly unknown[] | undefined, filters: OrderFilters): boolean {
  return key?.[1] === toSearch(filters);
}

function countOf(pages: readonly ListOrdersResponse[] | undefined): number {
  return pages?.reduce((sum, { orders }) => sum + orders.length, 0) ?? 0;
}
