/** CloudWatch metrics that alarms, scaling and the dashboard look at. `T` is text, known now or only after a deployment. */

import { METRICS_NAMESPACE, type ProcessedStatus } from '@order-pipeline/contracts/processed';
import type { Features } from './features.ts';
import type { ServiceName } from './services.ts';

/** One metric, as all users of it name it. */
export interface Metric<T> {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, T>>;
  /** CloudWatch's statistic: Sum, Maximum, p99, SampleCount. */
  readonly stat: string;
}

/** A number that is read from metrics: an expression over them by their ids, or the only one. */
export interface Reading<T> {
  readonly metrics: Readonly<Record<string, Metric<T>>>;
  readonly expression?: string;
}

/** Returns the metric of the number of messages that wait in a queue. */
export function backlog<T>(queue: T): Metric<T> {
  return {
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queue },
    stat: 'Maximum',
  };
}

/** Age of the oldest message in a queue, in seconds. */
export function ageOfOldest<T>(queue: T): Metric<T> {
  return {
    namespace: 'AWS/SQS',
    metricName: 'ApproximateAgeOfOldestMessage',
    dimensions: { QueueName: queue },
    stat: 'Maximum',
  };
}

/** Anything that the load balancer counts. */
export function entry<T>(loadBalancer: T, metricName: string, stat: string): Metric<T> {
  return {
    namespace: 'AWS/ApplicationELB',
    metricName,
    dimensions: { LoadBalancer: loadBalancer },
    stat,
  };
}

/** Anything that the load balancer counts for one target group. */
export function ofTarget<T>(loadBalancer: T, targetGroup: T, metricName: string): Metric<T> {
  const metric = entry(loadBalancer, metricName, 'Sum');
  return { ...metric, dimensions: { ...metric.dimensions, TargetGroup: targetGroup } };
}

/** Time that DynamoDB takes for an operation on a table, in milliseconds. */
export function latencyOf<T>(table: T, operation: string): Metric<T> {
  return ofOperation('SuccessfulRequestLatency', table, operation, 'Average');
}

/** Calls of an operation on a table that failed inside of DynamoDB. */
export function failedCalls<T>(table: T, operation: string): Metric<T> {
  return ofOperation('SystemErrors', table, operation, 'Sum');
}

function ofOperation<T>(metricName: string, table: T, operation: string, stat: string): Metric<T> {
  const dimensions = { TableName: table, Operation: operation as T };
  return { namespace: 'AWS/DynamoDB', metricName, dimensions, stat };
}

/** Requests to a table that DynamoDB throttled. */
export function throttled<T>(table: T, kind: 'Read' | 'Write'): Metric<T> {
  return {
    namespace: 'AWS/DynamoDB',
    metricName: `${kind}ThrottleEvents`,
    dimensions: { TableName: table },
    stat: 'Sum',
  };
}

/**
 * Returns the metric of the number of running tasks of a service: each reports its CPU use once a minute, so that the
 * number of samples in a minute is the number of tasks. It is free, unlike Container Insights.
 */
export function runningTasks<T>(cluster: T, service: T): Metric<T> {
  return {
    namespace: 'AWS/ECS',
    metricName: 'CPUUtilization',
    dimensions: { ClusterName: cluster, ServiceName: service },
    stat: 'SampleCount',
  };
}

/** A metric of the processor that the collector sends. */
export function processor<T>(
  namespace: string,
  metricName: string,
  dimensions: Readonly<Record<string, T>>,
  stat: string,
): Metric<T> {
  return { namespace, metricName, dimensions, stat };
}

/** Orders that ended, as the services' logs count them in the embedded metric format. */
export function processed(stage: string, status: ProcessedStatus): Metric<string> {
  return {
    namespace: METRICS_NAMESPACE,
    metricName: 'OrdersProcessed',
    dimensions: { stage, status },
    stat: 'Sum',
  };
}

/** Name of the metric that the access log of order-api becomes. */
const API_LATENCY_METRIC = 'api_request_duration_ms';

/**
 * Time to answer a request, in milliseconds. The load balancer's own TargetResponseTime counts clients that asked to wait
 * (`Prefer: wait`, event streams), whose responses are late on purpose.
 */
export function apiLatency<T>(namespace: string, stat: string): Metric<T> {
  return { namespace, metricName: API_LATENCY_METRIC, dimensions: {}, stat };
}

/** Messages for each task of the processor; a service without tasks counts as one. */
export function backlogPerTask<T>(queue: T, cluster: T, service: T): Reading<T> {
  return {
    metrics: { backlog: backlog(queue), tasks: runningTasks(cluster, service) },
    expression: 'backlog / FILL(tasks, 1)',
  };
}

/**
 * Requests a minute for each task of the API. The predefined metric names one target group, and a canary deployment moves
 * the tasks to the other: all requests count but those of the console.
 */
export function requestsPerTask<T>(loadBalancer: T, cluster: T, service: T, consoleTarget?: T): Reading<T> {
  const requests = entry(loadBalancer, 'RequestCount', 'Sum');
  const tasks = runningTasks(cluster, service);
  if (consoleTarget === undefined)
    return { metrics: { requests, tasks }, expression: 'requests / FILL(tasks, 1)' };
  return {
    metrics: { requests, console: ofTarget(loadBalancer, consoleTarget, 'RequestCount'), tasks },
    expression: '(requests - FILL(console, 0)) / FILL(tasks, 1)',
  };
}

/** A filter that makes a metric of a log group's lines. */
export interface LogFilter {
  readonly pattern: string;
  readonly metricName: string;
  /** A field of the line, or a number that each line adds. */
  readonly value: string;
  readonly unit: 'Milliseconds' | 'Count';
}

/** Takes the duration of each request from the access log of order-api; requests that wait on purpose carry `waiting`. */
export function toAccessLogFilter(): LogFilter {
  return {
    pattern: '{ ($.duration_ms = *) && ($.route = *) && ($.waiting NOT EXISTS) }',
    metricName: API_LATENCY_METRIC,
    value: '$.duration_ms',
    unit: 'Milliseconds',
  };
}

/** Access-log lines of orders that were sent. */
const ACCEPTANCE = '($.route = "/orders") && ($.method = "POST") && ($.status = *)';

/** Lines of orders that a worker decided. */
const DECISION = '($.msg = "order ended") && ($.since_accepted_ms = *)';

/** Log lines that alarms count, by the name of their metric. Tests find each message in the service's sources. */
export const COUNTED_LINES = {
  payment_provider_down: {
    service: 'scoring',
    message: 'payment provider changed',
    where: '$.serving IS FALSE',
  },
  payment_provider_problems: {
    service: 'scoring',
    message: 'the provider reports a problem with a payment',
    where: '$.problem = *',
  },
  webhook_endpoints_disabled: {
    service: 'webhooks',
    message: 'webhook endpoint disabled: no delivery succeeded for too long',
    where: '$.endpoint_id = *',
  },
} as const satisfies Readonly<Record<string, CountedLine>>;

/** A log line that is counted. */
export interface CountedLine {
  readonly service: ServiceName;
  readonly message: string;
  /** A further condition on the line, in CloudWatch's syntax. */
  readonly where: string;
}

/** Name of a metric that counts log lines. */
export type CountedLineName = keyof typeof COUNTED_LINES;

/** Returns the metrics of log lines that services with these features can write. */
export function toCountedLines({ webhooks, paymentGateway }: Features): CountedLineName[] {
  return (Object.keys(COUNTED_LINES) as CountedLineName[]).filter((name) =>
    COUNTED_LINES[name].service === 'webhooks' ? webhooks : paymentGateway === 'stripe',
  );
}

/** Returns the filter that counts a log line. */
export function toLineFilter(name: CountedLineName): LogFilter {
  const { message, where } = COUNTED_LINES[name];
  return { pattern: `{ ($.msg = "${message}") && (${where}) }`, metricName: name, value: '1', unit: 'Count' };
}

/** Returns the metric of the number of times that a log line was written. */
export function countedLine<T>(namespace: string, name: CountedLineName): Metric<T> {
  return { namespace, metricName: name, dimensions: {}, stat: 'Sum' };
}

/** Log lines by which the objectives are measured, by the name of their metric. */
const OBJECTIVE_LINES = {
  acceptance_total: { service: 'order-api', where: ACCEPTANCE },
  acceptance_bad: {
    service: 'order-api',
    where: `${ACCEPTANCE} && (($.status >= 500) || ($.duration_ms > 1000))`,
  },
  decision_total: { service: 'order-processor', where: DECISION },
  decision_late: { service: 'order-processor', where: `${DECISION} && ($.since_accepted_ms > 60000)` },
} as const satisfies Readonly<
  Record<string, { readonly service: 'order-api' | 'order-processor'; readonly where: string }>
>;

/** Name of a metric of an objective. */
export type ObjectiveLine = keyof typeof OBJECTIVE_LINES;

/** Returns the filters of the objectives on the log of a service, by the name of their metric. */
export function toObjectiveFilters(service: 'order-api' | 'order-processor'): LogFilter[] {
  return (Object.keys(OBJECTIVE_LINES) as ObjectiveLine[])
    .filter((name) => OBJECTIVE_LINES[name].service === service)
    .map((metricName) => ({
      pattern: `{ ${OBJECTIVE_LINES[metricName].where} }`,
      metricName,
      value: '1',
      unit: 'Count',
    }));
}

/** Orders that count for an objective. */
export function objectiveLine<T>(namespace: string, name: ObjectiveLine): Metric<T> {
  return { namespace, metricName: name, dimensions: {}, stat: 'Sum' };
}
