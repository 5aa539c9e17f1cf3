/** The live feed of orders, shared by every page that shows orders. */
import type {
  OrderSummary,
  WatchOrdersResponse,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useSyncExternalStore } from 'react';
import { operations } from './clients.js';
import { type LiveState, LiveStream } from './live-stream.js';
import { OrderBook } from './order-book.js';
import { Store } from './store.js';
import { subscribeLive } from './subscribe-live.js';

/** Orders that the page keeps. */
const CAPACITY = 12_000;
/** Latest orders that each connection starts with. */
const RECENT = 200;
/** Changes within this time are shown together, in milliseconds: a busy feed renders ten times a second at most. */
const RENDER_INTERVAL_MS = 100;

/** State of the feed. The book is the same object; `version` counts its changes. */
export interface OrderFeedView {
  readonly live: LiveState;
  readonly book: OrderBook;
  readonly version: number;
  /** Limitations of the feed, with their reasons. */
  readonly limitations: readonly string[];
  /** Counts the times that changes may have been missed: lists load again. */
  readonly gaps: number;
}

const store = new Store<OrderFeedView>({
  live: { kind: 'connecting' },
  book: new OrderBook(CAPACITY),
  version: 0,
  limitations: [],
  gaps: 0,
});

/** Changes that are not shown yet. */
let pending: Partial<OrderFeedView> = {};
let isRenderDue = false;
let connections = 0;

function change(part: Partial<OrderFeedView>): void {
  pending = { ...pending, ...part };
  if (isRenderDue) return;
  isRenderDue = true;
  setTimeout(() => {
    isRenderDue = false;
    store.set({ ...store.value, ...pending, version: store.value.version + 1 });
    pending = {};
  }, RENDER_INTERVAL_MS);
}

const stream = new LiveStream<WatchOrdersResponse>({
  open: (signal) => operations.watchOrders({ recent: RECENT }, { signal }),
  onConnect: () => {
    connections += 1;
    if (connections > 1) change({ gaps: store.value.gaps + 1 });
  },
  onMessage: ({ orders, skipped, limitations }) => {
    store.value.book.add(orders);
    const isSame = limitations.join() === store.value.limitations.join();
    change({ ...(!isSame && { limitations }), ...(skipped && { gaps: store.value.gaps + 1 }) });
  },
  maxSilenceMs: 40_000,
});

const subscribe = subscribeLive(store, stream);

/** Adds orders that were read otherwise, so that the feed keeps them current. */
export function addToFeed(orders: readonly OrderSummary[]): void {
  if (orders.length === 0) return;
  store.value.book.add(orders);
  change({});
}

/** Returns the feed; the component renders again when orders change. */
export function useOrderFeed(): OrderFeedView {
  return useSyncExternalStore(subscribe, () => store.value);
}
