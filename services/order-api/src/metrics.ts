/** Metrics of the API. */
import { noteExemplar } from '@order-pipeline/platform/exemplars';
import { LATENCY_BUCKETS_SECONDS, type Registry } from '@order-pipeline/platform/metrics';
import type { TraceContext } from '@order-pipeline/platform/tracing/trace-context';
import { isTracing } from '@order-pipeline/platform/tracing/tracer';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { SendOutcome } from './orders/decide/send-outcome.js';

/** An answered request. */
export interface ObservedRequest {
  readonly method: string;
  /** A path template, never a path. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** True when the response was late on purpose. */
  readonly waiting: boolean;
  readonly span: TraceContext | undefined;
}

/** The API's own metrics. */
export interface ApiMetrics {
  /** One answered request. */
  observeRequest(request: ObservedRequest): void;
  /** One SendMessageBatch call with this many orders. */
  observeBatch(orders: number): void;
  /** An order that SQS has. */
  readonly ordersAccepted: Counter.Internal;
  /** A message sent again, by the outcome of the try before. */
  countSendRetry(outcome: SendOutcome): void;
  /** Counts an order whose outcome was reported as unknown. */
  countUnknownOutcome(): void;
  /** A request refused by a quota, by policy. */
  countLimited(policy: string): void;
  /** Counts an order that was rejected because the process is overloaded. */
  countShed(): void;
  /** Exports orders in work and their limit, read at each scrape. */
  observeIntake(read: () => { readonly inWork: number; readonly limit: number }): void;
  /** Exports the number of waiting clients, read at each scrape. */
  observeWaiting(count: () => number): void;
  /** Sets whether each process counts a quota alone, because Redis fails or is slow. */
  setDegraded(policy: string, degraded: boolean): void;
  /** Counts a call that was served without Redis, by purpose. */
  countWithoutRedis(purpose: 'limit' | 'idempotency' | 'events'): void;
}

/** Answers that alerts and objectives read: their series exist from the start, since a rate begins with the second value. */
const EXPECTED_ANSWERS = [
  ['POST', '/orders', '202'],
  ['POST', '/orders', '500'],
  ['POST', '/orders', '503'],
  ['GET', '/orders/:order_id', '200'],
  ['GET', '/orders/:order_id', '500'],
  ['GET', '/orders/:order_id', '503'],
] as const;

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
  for (const [method, route, status] of EXPECTED_ANSWERS)
    requests.zero({ method, route, status, waiting: 'false' });
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
  const sendRetries = new Counter({
    name: 'order_send_retries_total',
    help: 'Messages sent to SQS again, by the outcome of the try before',
    labelNames: ['outcome'],
    registers,
  });
  const unknownOutcomes = new Counter({
    name: 'order_outcomes_unknown_total',
    help: 'Orders answered with order-outcome-unknown: SQS may or may not have taken them',
    labelNames: ['env'],
    registers,
  });
  const shed = new Counter({
    name: 'orders_shed_total',
    help: 'Orders rejected with 503 because the process is overloaded',
    labelNames: ['env'],
    registers,
  });
  shed.inc({ env }, 0);
  const degraded = new Gauge({
    name: 'rate_limit_degraded',
    help: '1 while each process counts a quota alone, because Redis fails or is slow',
    labelNames: ['policy'],
    registers,
  });
  accepted.inc({ env }, 0);
  unknownOutcomes.inc({ env }, 0);
  for (const outcome of ['refused', 'not-now', 'unknown']) sendRetries.inc({ outcome }, 0);
  for (const purpose of ['limit', 'idempotency', 'events']) withoutRedis.inc({ purpose }, 0);
  const children = new Map<string, Histogram.Internal<string>>();
  return {
    observeRequest: ({ method, route, status, seconds, waiting, span }) => {
      const key = `${method} ${route} ${status} ${waiting}`;
      const child = children.get(key) ?? requests.labels(method, route, String(status), String(waiting));
      children.set(key, child);
      child.observe(seconds);
      // Waiting requests are series of their own, which no latency panel shows.
      if (span && !waiting && isTracing())
        noteExemplar(registry, {
          ...{
            name: 'http_request_duration_seconds',
            buckets: LATENCY_BUCKETS_SECONDS,
            value: seconds,
            span,
          },
          labels: { method, route, status: String(status), waiting: 'false' },
        });
    },
    observeBatch: (orders) => batches.observe(orders),
    ordersAccepted: accepted.labels(env),
    countSendRetry: (outcome) => sendRetries.inc({ outcome }),
    countUnknownOutcome: () => unknownOutcomes.inc({ env }),
    countLimited: (policy) => limited.inc({ policy }),
    countShed: () => shed.inc({ env }),
    observeIntake: (read) => {
      new Gauge({
        name: 'orders_in_work',
        help: 'Requests to place an order that are being served',
        registers,
        collect() {
          this.set(read().inWork);
        },
      });
      new Gauge({
        name: 'orders_in_work_limit',
        help: 'Orders in work beyond which the process rejects further ones',
        registers,
        collect() {
          this.set(read().limit);
        },
      });
    },
    observeWaiting: (count) => {
      new Gauge({
        name: 'waiting_clients',
        help: 'Held polls and event streams of this process',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
    setDegraded: (policy, isDegraded) => degraded.set({ policy }, isDegraded ? 1 : 0),
    countWithoutRedis: (purpose) => withoutRedis.inc({ purpose }),
  };
}
