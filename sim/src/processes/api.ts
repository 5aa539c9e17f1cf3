/** An API process: order intake, cancelling and reading as its controllers do, behind a simulated HTTP network. */
import { randomUUID } from 'node:crypto';
import { loadConfig } from '@order-pipeline/order-api/config';
import { type Order, toOrder } from '@order-pipeline/order-api/decide/view';
import { PROBLEMS } from '@order-pipeline/order-api/http/problem-kinds';
import type { RequestContext } from '@order-pipeline/order-api/http/request-context';
import { toProblem } from '@order-pipeline/order-api/http/to-problem';
import { createMetrics } from '@order-pipeline/order-api/metrics';
import { cancelOrder } from '@order-pipeline/order-api/orders/cancel-order';
import { IdempotencyKeys } from '@order-pipeline/order-api/orders/idempotency';
import { KeyStore } from '@order-pipeline/order-api/orders/key-store';
import type { AcceptedOrder, NewOrder } from '@order-pipeline/order-api/orders/models';
import { createOrderQueue } from '@order-pipeline/order-api/orders/order-queue';
import { createOrderStore } from '@order-pipeline/order-api/orders/order-store';
import { toOwnOrder } from '@order-pipeline/order-api/orders/own-body';
import { type OrderIntake, placeOrder } from '@order-pipeline/order-api/orders/place-order';
import type { StatusFeed } from '@order-pipeline/order-api/orders/status-feed';
import { systemClock } from '@order-pipeline/platform/clock';
import { Registry } from 'prom-client';
import type { Cloud } from '../cloud/cloud.js';
import { createDynamoClient } from '../cloud/dynamo/client.js';
import { createRedisClient } from '../cloud/redis/client.js';
import { createSqsClient } from '../cloud/sqs/client.js';
import type { SimContext } from '../kernel/context.js';
import { currentContext } from '../kernel/context.js';
import { SERVICE_ENVIRONMENT } from './environment.js';

/** Response to a client: the body, or a problem document. */
export type ApiAnswer<T> =
  | { readonly status: 200 | 202; readonly body: T }
  | { readonly status: number; readonly problem: ApiProblem };

/** A problem document, as far as clients read it. */
export interface ApiProblem {
  readonly type: string;
  readonly detail: string;
  readonly order_id?: string;
  readonly poll_url?: string;
  readonly order?: Order;
}

/** The calls of an API process. They run in its context. */
export interface ApiProcess {
  readonly context: SimContext;
  place(body: NewOrder, key: string | undefined, requestId: string): Promise<ApiAnswer<AcceptedOrder>>;
  /** Both take the signed URL of the order. */
  cancel(pollUrl: string): Promise<ApiAnswer<Order>>;
  read(pollUrl: string): Promise<ApiAnswer<Order>>;
}

const ORDERS_URL = 'http://api.simulated/orders/';

/** Starts the API in the running process. */
export function startApi(cloud: Cloud): ApiProcess {
  const context = currentContext();
  if (!context) throw new Error('only a process can serve');
  const config = loadConfig(SERVICE_ENVIRONMENT);
  const metrics = createMetrics(new Registry(), config.stage);
  const client = { maxAttempts: 2, requestTimeoutMs: 2_000 };
  const sqs = createSqsClient(cloud, { ...client, maxAttempts: 1 });
  const store = createOrderStore(createDynamoClient(cloud, client), config.ordersTable);
  const feed = { publish: async () => undefined } as unknown as StatusFeed;
  const intake: OrderIntake = {
    queue: createOrderQueue(sqs, config, metrics),
    keys: new IdempotencyKeys(new KeyStore(createRedisClient(cloud), metrics), systemClock),
    store,
    toPollUrl: (orderId, fingerprint) =>
      fingerprint === undefined
        ? `${ORDERS_URL}${orderId}`
        : `${ORDERS_URL}${orderId}?fingerprint=${fingerprint}`,
    metrics,
    clock: systemClock,
    // UUIDv7 remembers the last id of the whole Node process, which would tie runs together.
    createId: () => randomUUID(),
  };
  return {
    context,
    place: (body, key, requestId) =>
      answer(202, async () => {
        const caller = { user_id: body.user_id };
        const request = {
          requestId,
          traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`,
        } as RequestContext;
        return (await placeOrder(intake, caller, body, request, key)).answer;
      }),
    cancel: (pollUrl) =>
      answer(200, () => {
        const { orderId, fingerprint } = parsePollUrl(pollUrl);
        return cancelOrder(
          {
            store,
            feed,
            orderFeed: { add: () => undefined },
            clock: systemClock,
            processed: { count: () => undefined },
          },
          orderId,
          fingerprint,
        );
      }),
    read: (pollUrl) =>
      answer(200, async () => {
        const { orderId, fingerprint } = parsePollUrl(pollUrl);
        return toOrder(orderId, await toOwnOrder(store, orderId, fingerprint).find(orderId));
      }),
  };
}

/** The order and the fingerprint in a signed URL. Signatures are not simulated. */
export function parsePollUrl(pollUrl: string): { orderId: string; fingerprint: string | undefined } {
  const [path = '', query] = pollUrl.split('?fingerprint=');
  return { orderId: path.replace(ORDERS_URL, ''), fingerprint: query };
}

async function answer<T>(status: 200 | 202, run: () => Promise<T>): Promise<ApiAnswer<T>> {
  try {
    return { status, body: await run() };
  } catch (error) {
    const problem = toProblem(error);
    const { type } = PROBLEMS[problem.problem];
    return { status: problem.status, problem: { type, detail: problem.message, ...problem.extensions } };
  }
}
