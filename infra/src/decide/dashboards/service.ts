/** The services: requests, dependencies and processes. */
import { apiLatency, entry, ofTarget, runningTasks, throttled } from '../metrics.ts';
import { type Dashboard, quantileBy, quantiles, rateBy } from './panel.ts';

/** Beginning of the operators' methods. */
const OPERATORS_API = 'operations.v1.';

/** Each process and its dependencies. */
export const SERVICE: Dashboard = {
  uid: 'order-pipeline-service',
  title: 'Order pipeline: services',
  panels: [
    {
      title: 'Requests and failures',
      unit: 'reqps',
      queries: [{ expr: rateBy('status', 'http_request_duration_seconds_count'), legend: '{{status}}' }],
      cloudWatch: ({ loadBalancer }) =>
        loadBalancer
          ? ['RequestCount', 'HTTPCode_Target_4XX_Count', 'HTTPCode_Target_5XX_Count'].map((name) =>
              entry(loadBalancer, name, 'Sum'),
            )
          : [],
    },
    {
      title: 'Latency of the API without waiting requests',
      unit: 's',
      exemplars: true,
      queries: quantiles('http_request_duration_seconds', '{waiting="false"}'),
      cloudWatch: ({ accessLogNamespace }) =>
        accessLogNamespace ? ['p50', 'p95', 'p99'].map((stat) => apiLatency(accessLogNamespace, stat)) : [],
    },
    {
      title: 'Long polls and event streams: how long they are open',
      unit: 's',
      description: 'They are late on purpose, and count in no objective.',
      queries: [quantileBy('route', 0.95, 'http_request_duration_seconds', '{waiting="true"}')],
    },
    {
      title: 'Latency of the API by route, 95 of 100',
      unit: 's',
      queries: [quantileBy('route', 0.95, 'http_request_duration_seconds', '{waiting="false"}')],
    },
    {
      title: 'Calls to AWS and Redis, 95 of 100',
      unit: 's',
      exemplars: true,
      queries: [quantileBy('dependency', 0.95, 'dependency_call_duration_seconds')],
    },
    {
      title: 'Failed calls to AWS and Redis',
      unit: 'ops',
      queries: [
        {
          expr: rateBy(
            'dependency, operation',
            'dependency_call_duration_seconds_count',
            '{outcome="error"}',
          ),
          legend: '{{dependency}} {{operation}}',
        },
        { expr: rateBy('purpose', 'redis_fallbacks_total'), legend: 'without Redis: {{purpose}}' },
        { expr: rateBy('outcome', 'order_send_retries_total'), legend: 'sent again: {{outcome}}' },
      ],
    },
    {
      title: 'Long polls of SQS',
      unit: 's',
      queries: [quantileBy('operation', 0.5, 'dependency_wait_seconds')],
    },
    {
      title: 'Write units of DynamoDB',
      unit: 'ops',
      queries: [{ expr: rateBy('table', 'dynamodb_write_units_total'), legend: '{{table}}' }],
    },
    {
      title: 'Throttled requests by table',
      unit: 'short',
      queries: [],
      cloudWatch: ({ tables }) =>
        tables.flatMap((table) => [throttled(table, 'Read'), throttled(table, 'Write')]),
    },
    {
      title: 'Calls served by scoring, 99 of 100',
      unit: 's',
      queries: [quantileBy('method', 0.99, 'rpc_server_duration_seconds', `{method!~"${OPERATORS_API}.*"}`)],
    },
    {
      title: "Calls of the operators' API",
      unit: 'reqps',
      description: 'Streams count when they end.',
      queries: [
        {
          expr: rateBy('code', 'rpc_server_duration_seconds_count', `{method=~"${OPERATORS_API}.*"}`),
          legend: '{{code}}',
        },
      ],
      cloudWatch: ({ loadBalancer, consoleTarget }) =>
        loadBalancer && consoleTarget
          ? ['RequestCount', 'HTTPCode_Target_4XX_Count', 'HTTPCode_Target_5XX_Count'].map((name) =>
              ofTarget(loadBalancer, consoleTarget, name),
            )
          : [],
    },
    {
      title: 'Processes',
      unit: 'short',
      queries: [
        { expr: 'sum by (job) (up)', legend: '{{job}}' },
        { expr: 'count by (service, version) (build_info)', legend: '{{service}} {{version}}' },
      ],
      cloudWatch: ({ cluster, services }) =>
        cluster ? services.map((service) => runningTasks(cluster, service)) : [],
    },
    {
      title: 'CPU (cores)',
      unit: 'short',
      queries: [{ expr: rateBy('job', 'process_cpu_seconds_total'), legend: '{{job}}' }],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [{ expr: 'max by (job) (process_resident_memory_bytes)', legend: '{{job}}' }],
    },
    {
      title: 'Lag of the event loop, 99 of 100',
      unit: 's',
      queries: [{ expr: 'max by (job) (nodejs_eventloop_lag_p99_seconds)', legend: '{{job}}' }],
    },
    {
      title: 'Clocks',
      unit: 's',
      queries: [
        { expr: 'max by (instance, source) (abs(clock_skew_seconds))', legend: '{{instance}} {{source}}' },
      ],
    },
    {
      title: 'Size of batches, and quotas counted alone',
      unit: 'short',
      queries: [
        {
          expr: 'sum(rate(order_batch_size_sum[1m])) / sum(rate(order_batch_size_count[1m]))',
          legend: 'orders in a batch',
        },
        { expr: 'max by (policy) (rate_limit_degraded)', legend: 'alone: {{policy}}' },
      ],
    },
  ],
};
