/** An operations service in memory: what a page shows depends on what a test puts here. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import {
  BreakerState,
  type DeadLetter,
  type GetOrderResponseSchema,
  GetViewerResponseSchema,
  type OperationsService,
  type OrderSummary,
  Role,
  type StockItemSchema,
  type WatchPipelineResponseSchema,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';

/** Interval between two snapshots, in milliseconds. */
const SNAPSHOT_MS = 200;

/** The service's state. Tests change it while pages are open. */
export class FakeOperations {
  viewer = create(GetViewerResponseSchema, {
    stage: 'local',
    role: Role.OPERATOR,
    actor: 'local',
    features: { localLab: true, recentOrders: true },
  });
  /** Set to let every call fail. */
  error: ConnectError | undefined;
  orders: OrderSummary[] = [];
  details: MessageInitShape<typeof GetOrderResponseSchema> = {};
  deadLetters: DeadLetter[] = [];
  stock: MessageInitShape<typeof StockItemSchema>[] = [];
  snapshot: MessageInitShape<typeof WatchPipelineResponseSchema> = {
    windowSeconds: 300,
    acceptedPerSecond: 18.4,
    decidedPerSecond: 18.1,
    decisionP50Seconds: 0.042,
    decisionP99Seconds: 0.31,
    queueVisible: 3,
    queueHidden: 5,
    inFlight: 5,
    oldestAgeSeconds: 2,
    deadLetters: 0,
    breakers: ['inventory', 'fraud', 'payment'].map((dependency) => ({
      dependency,
      state: BreakerState.CLOSED,
    })),
    services: ['order-api', 'order-processor', 'scoring', 'redis'].map((name) => ({ name, ready: true })),
  };
  /** Changes that the tests made. */
  readonly calls: { readonly method: string; readonly request: unknown }[] = [];
  readonly #watchers = new Set<(orders: OrderSummary[]) => void>();

  /** Adds orders or newer versions, and sends them to open pages. */
  publish(orders: OrderSummary[]): void {
    const changed = new Set(orders.map(({ orderId }) => orderId));
    this.orders = [...orders, ...this.orders.filter(({ orderId }) => !changed.has(orderId))];
    for (const send of this.#watchers) send(orders);
  }

  /** Resolves when that many pages follow the feed of orders. */
  async untilWatched(pages: number): Promise<void> {
    while (this.#watchers.size !== pages) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Implementation of the RPCs. */
  readonly implementation: Partial<ServiceImpl<typeof OperationsService>> = {
    getViewer: () => this.#answer(this.viewer),
    listOrders: ({ query, statuses, pageSize, pageToken }) => {
      const found = this.orders.filter(
        (order) =>
          (!query || [order.orderId, order.userId, order.requestId, order.traceId].includes(query)) &&
          (statuses.length === 0 || statuses.includes(order.status)),
      );
      const start = Number(pageToken);
      const end = start + (pageSize || 50);
      return this.#answer({
        orders: found.slice(start, end),
        nextPageToken: end < found.length ? String(end) : '',
      });
    },
    getOrder: ({ orderId }) => {
      const order = this.orders.find((each) => each.orderId === orderId);
      if (!order) throw new ConnectError(`no order ${orderId}`, Code.NotFound);
      return this.#answer({ ...this.details, order });
    },
    cancelOrder: (request) => this.#change('cancelOrder', request, {}),
    failOrder: (request) => this.#change('failOrder', request, { summary: 'The order is failed.' }),
    refundOrder: (request) => this.#change('refundOrder', request, { summary: 'Refunded.' }),
    listDeadLetters: ({ reason, limit }) => {
      const counts = new Map<string, number>();
      for (const letter of this.deadLetters) counts.set(letter.reason, (counts.get(letter.reason) ?? 0) + 1);
      return this.#answer({
        deadLetters: this.deadLetters.filter((letter) => !reason || letter.reason === reason).slice(0, limit),
        total: this.deadLetters.length,
        reasons: [...counts].map(([name, count]) => ({ reason: name, count })),
      });
    },
    getDeadLetter: ({ id }) => {
      const found = this.deadLetters.filter(({ messageId, orderId }) => messageId === id || orderId === id);
      if (found.length === 0) throw new ConnectError(`no dead letter ${id}`, Code.NotFound);
      return this.#answer({ deadLetters: found });
    },
    redriveDeadLetters: this.#redrive.bind(this),
    failDeadLetter: (request) => this.#change('failDeadLetter', request, { summary: 'The order is failed.' }),
    listStock: () => this.#answer({ items: this.stock }),
    restock: (request) => this.#change('restock', request, { item: { sku: request.sku, available: 5n } }),
    watchPipeline: this.#watchPipeline.bind(this),
    watchOrders: this.#watchOrders.bind(this),
  };

  #answer<T>(answer: T): T {
    if (this.error) throw this.error;
    return answer;
  }

  #change<T>(method: string, request: unknown, answer: T): T {
    this.#answer(answer);
    this.calls.push({ method, request });
    return answer;
  }

  async *#redrive(
    request: { ids: string[]; reason: string; dryRun: boolean },
    { signal }: { signal: AbortSignal },
  ) {
    this.#change('redriveDeadLetters', request, {});
    const chosen = this.deadLetters.filter(
      ({ messageId, reason }) =>
        (request.ids.length === 0 || request.ids.includes(messageId)) &&
        (!request.reason || request.reason === reason),
    );
    const total = chosen.length;
    for (let redriven = 0; redriven < total && !request.dryRun && !signal.aborted; redriven += 20) {
      yield { total, redriven };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (!request.dryRun) this.deadLetters = this.deadLetters.filter((letter) => !chosen.includes(letter));
    this.snapshot = { ...this.snapshot, deadLetters: this.deadLetters.length };
    yield { total, redriven: total, finished: true, summary: `Redriven: ${total} messages.` };
  }

  async *#watchPipeline(_: unknown, { signal }: { signal: AbortSignal }) {
    while (!signal.aborted) {
      yield { ...this.#answer(this.snapshot), at: timestampNow() };
      await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_MS));
    }
  }

  async *#watchOrders({ recent }: { recent: number }, { signal }: { signal: AbortSignal }) {
    const waiting: OrderSummary[][] = [this.#answer(this.orders.slice(0, recent))];
    let wake = () => {};
    const send = (orders: OrderSummary[]) => {
      waiting.push(orders);
      wake();
    };
    this.#watchers.add(send);
    signal.addEventListener('abort', () => wake());
    while (!signal.aborted) {
      const orders = waiting.shift();
      if (orders) yield { orders };
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    this.#watchers.delete(send);
  }
}
