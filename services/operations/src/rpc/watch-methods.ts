/** The methods that stream what happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  BreakerState,
  type OperationsService,
  type WatchOrdersRequest,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { matches, newestFirst, type OrderFilter } from '../decide/order-filter.js';
import type { OrderIndex } from '../feed/order-index.js';
import type { Pipeline, Snapshot } from '../feed/pipeline.js';
import { WINDOW_SECONDS } from '../feed/pipeline-window.js';
import type { ListedOrder } from '../orders/listed-order.js';
import { Fields, toTimestamp } from './fields.js';
import { fromStatuses, toStatus, toSummary } from './messages.js';

/** Dependencies of the streaming methods. */
export interface WatchMethodDeps {
  readonly pipeline: Pipeline;
  readonly index: OrderIndex;
  /** True while the index follows the feed. */
  readonly live: () => boolean;
}

type WatchMethods = Pick<ServiceImpl<typeof OperationsService>, 'watchPipeline' | 'watchOrders'>;

/** Time that changes wait for others, in milliseconds: one message carries many. */
const GATHER_MS = 150;

/** Longest silence of a stream, in milliseconds. */
const SILENCE_MS = 15_000;

/** Changes that wait for a slow reader; more are skipped, and the stream says so. */
const MAX_WAITING = 2_000;

/** Creates the methods. */
export function createWatchMethods(deps: WatchMethodDeps): WatchMethods {
  return {
    watchPipeline: async function* ({ intervalMs }, { signal }) {
      const fields = new Fields();
      const interval = fields.number('interval_ms', intervalMs, 1_000, 500, 60_000);
      fields.done();
      while (!signal.aborted) {
        yield toPipeline(await deps.pipeline.snapshot());
        await sleep(interval, undefined, { signal }).catch(() => undefined);
      }
    },
    watchOrders: (request, { signal }) => watchOrders(deps, request, signal),
  };
}

async function* watchOrders(
  { index, live }: WatchMethodDeps,
  request: WatchOrdersRequest,
  signal: AbortSignal,
) {
  const fields = new Fields();
  const recent = request.recent === 0 ? 0 : fields.number('recent', request.recent, 0, 1, 1_000);
  fields.done();
  const filter: OrderFilter = {
    userId: request.userId || undefined,
    statuses: fromStatuses(request.statuses),
    reason: request.reason || undefined,
  };
  const isWatched = (order: ListedOrder) =>
    (request.orderId === '' || order.order_id === request.orderId) && matches(order, filter);
  const first =
    recent > 0 ? [...index.search(filter, recent).orders].filter(isWatched).sort(newestFirst).reverse() : [];
  const changes = new Changes(index, isWatched);
  try {
    yield { orders: first.map(toSummary), limitations: limitationsOf(live()) };
    while (!signal.aborted) {
      await changes.wait(SILENCE_MS, signal);
      if (signal.aborted) return;
      await sleep(GATHER_MS, undefined, { signal }).catch(() => undefined);
      const { orders, skipped } = changes.take();
      yield { orders: orders.map(toSummary), skipped, limitations: limitationsOf(live()) };
    }
  } finally {
    changes.close();
  }
}

function limitationsOf(live: boolean): string[] {
  return live ? [] : ['Redis cannot be reached: changes are not shown until it is back.'];
}

/** Changes of watched orders that a stream has not sent yet: the latest state of each order. */
class Changes {
  readonly #waiting = new Map<string, ListedOrder>();
  readonly #unsubscribe: () => void;
  #skipped = false;
  #wake: () => void = () => undefined;

  constructor(index: OrderIndex, isWatched: (order: ListedOrder) => boolean) {
    this.#unsubscribe = index.subscribe((order) => {
      if (!isWatched(order)) return;
      if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(order.order_id)) this.#skipped = true;
      else this.#waiting.set(order.order_id, order);
      this.#wake();
    });
  }

  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.size > 0) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(timeoutMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(
      () => undefined,
    );
  }

  take(): { readonly orders: readonly ListedOrder[]; readonly skipped: boolean } {
    const orders = [...this.#waiting.values()];
    const skipped = this.#skipped;
    this.#waiting.clear();
    this.#skipped = false;
    return { orders, skipped };
  }

  close(): void {
    this.#unsubscribe();
  }
}

function toPipeline(snapshot: Snapshot) {
  const { at, figures, queue, deadLetters, oldestOpen, processes, services, limitations } = snapshot;
  return {
    at: toTimestamp(at),
    windowSeconds: WINDOW_SECONDS,
    outcomes: (figures?.outcomes ?? []).map(({ status, reason, count }) => ({
      status: toStatus(status),
      reason,
      count,
    })),
    ...(figures && {
      acceptedPerSecond: figures.acceptedPerSecond,
      decidedPerSecond: figures.decidedPerSecond,
    }),
    ...(figures?.p50Seconds !== undefined && { decisionP50Seconds: figures.p50Seconds }),
    ...(figures?.p99Seconds !== undefined && { decisionP99Seconds: figures.p99Seconds }),
    ...(queue && { queueVisible: queue.visible, queueHidden: queue.hidden }),
    ...(oldestOpen !== undefined && { oldestAgeSeconds: Math.max(0, at - oldestOpen) / 1_000 }),
    ...(processes && { inFlight: processes.reduce((sum, { in_flight }) => sum + in_flight, 0) }),
    ...(deadLetters && { deadLetters: deadLetters.visible + deadLetters.hidden }),
    breakers: (processes ?? []).flatMap(({ instance, open_breakers }) =>
      Object.entries(open_breakers).map(([dependency, open]) => ({
        dependency,
        instance,
        state: open ? BreakerState.OPEN : BreakerState.CLOSED,
      })),
    ),
    services: services.map(({ name, ready, problem }) => ({ name, ready, problem })),
    limitations: [...limitations],
  };
}
