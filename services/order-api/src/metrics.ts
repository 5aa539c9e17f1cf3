/** What the API counts. */
import { LATENCY_BUCKETS_SECONDS, type Registry } from '@order-pipeline/platform/metrics';
import { Counter, Histogram } from 'prom-client';

/** The API's own metrics. */
export interface ApiMetrics {
  /** One answered request. `route` is a path template, never a path; `waiting` requests are late on purpose. */
  observeRequest(method: string, route: string, status: number, seconds: number, waiting: boolean): void;
  /** One SendMessageBatch call with this many orders. */
  observeBatch(orders: number): void;
  /** An order that SQS has. */
  readonly ordersAccepted: Counter.Internal;
  /** A request refused by a quota, by policy. */
  countLimited(policy: string): void;
  /** A call that went on without Redis, by purpose. */
  countWithoutRedis(purpose: 'limit' | 'idempotency' | 'events'): void;
}

/** Registers the API's metrics; `env` is the stage. */
export function createMetrics(registry: Registry, env: string): ApiMetrics {
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status', 'waiting'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: 'order_batch_size',
    help: 'Orders in one SendMessageBatch call',
    buckets: [1, 2, 4, 6, 8, 10],
    registers,
  });
  const accepted = new Counter({
    name: 'orders_accepted_total',
    help: 'Orders that SQS has taken',
    labelNames: ['env'],
    registers,
  });
  const limited = new Counter({
    name: 'requests_limited_total',
    help: 'Requests refused because a quota was used up',
    labelNames: ['policy'],
    registers,
  });
  const withoutRedis = new Counter({
    name: 'redis_fallbacks_total',
    help: 'Calls that went on without Redis',
    labelNames: ['purpose'],
    registers,
  });
  accepted.inc({ env }, 0);
  const children = new Map<string, Histogram.Internal<string>>();
  return {
    observeRequest: (method, route, status, seconds, waiting) => {
      const key = `${method} ${route} ${status} ${waiting}`;
      const child = children.get(key) ?? requests.labels(method, route, String(status), String(waiting));
      children.set(key, child);
      child.observe(seconds);
    },
    observeBatch: (orders) => batches.observe(orders),
    ordersAccepted: accepted.labels(env),
    countLimited: (policy) => limited.inc({ policy }),
    countWithoutRedis: (purpose) => withoutRedis.inc({ purpose }),
  };
}
