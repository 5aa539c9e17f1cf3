/** Alarms for operators. Each has a section of its name in docs/runbook.md. */
import { PROCESSED_STATUSES } from '@order-pipeline/contracts/processed';
import type { Alarm, Watched } from './alarm.ts';
import {
  ageOfOldest,
  apiLatency,
  backlog,
  type CountedLineName,
  countedLine,
  entry,
  failedCalls,
  latencyOf,
  type Metric,
  ofTarget,
  processed,
  processor,
  runningTasks,
  throttled,
} from './metrics.ts';
import { toWindowAlarms } from './objective-alarms.ts';

/** The services for which the processor has a circuit breaker, by a short name; metrics carry the full one. */
export const RPC_SERVICES: Readonly<Record<string, string>> = {
  inventory: 'inventory.v1.InventoryService',
  fraud: 'fraud.v1.FraudService',
  payment: 'payment.v1.PaymentService',
};

/** Statuses by which the processor counts the ends of orders. */
export const STATUSES: readonly string[] = PROCESSED_STATUSES;

/** Label that the collector gives to `orders_stuck`, which has none of its own: CloudWatch's metrics need a dimension. */
export const STUCK_SCOPE = 'order-processor';

/** Returns the text of an alarm, which ends with a link to its section of the runbook. */
export function toAlarmText(
  {
    name,
    section = name,
    description,
  }: { readonly name?: string; readonly section?: string; readonly description: string },
  runbookUrl: string,
): string {
  return `${description}. Runbook: ${runbookUrl}#${section}`;
}

/** All alarms. */
export function toAlarms<T>(watched: Watched<T>): Alarm<T>[] {
  return [
    ...toQueueAlarms(watched),
    toThrottleAlarm(watched.tables),
    ...toDependencyAlarms(watched.tables),
    ...(watched.stage ? [toFailedAlarm<T>(watched.stage)] : []),
    ...(watched.loadBalancer ? toEntryAlarms(watched.loadBalancer, watched.consoleTarget) : []),
    ...(watched.accessLogNamespace ? [toLatencyAlarm<T>(watched.accessLogNamespace)] : []),
    ...(watched.namespace ? toProcessorAlarms<T>(watched.namespace) : []),
    ...toWebhookAlarms(watched),
    ...toLineAlarms(watched),
    ...toWindowAlarms(watched),
  ];
}

function toQueueAlarms<T>({ orderQueue, orderDlq }: Watched<T>): Alarm<T>[] {
  return [
    {
      name: 'dead-letters',
      description: 'Orders are in the dead-letter queue: look at them and redrive them',
      reading: { metrics: { messages: backlog(orderDlq) } },
      threshold: 0,
      minutes: 1,
      guardsDeployment: false,
    },
    {
      name: 'oldest-order',
      description: 'An order has waited for more than five minutes: the processor is down, slow or paused',
      reading: { metrics: { age: ageOfOldest(orderQueue) } },
      threshold: 300,
      minutes: 3,
      guardsDeployment: false,
    },
  ];
}

function toThrottleAlarm<T>(tables: readonly T[]): Alarm<T> {
  const metrics: Record<string, Metric<T>> = {};
  tables.forEach((table, index) => {
    metrics[`read${index}`] = throttled(table, 'Read');
    metrics[`write${index}`] = throttled(table, 'Write');
  });
  const sum = Object.keys(metrics).map((id) => `FILL(${id}, 0)`);
  return {
    name: 'throttles',
    description: 'DynamoDB turns requests away: a hot key, or a limit of the account',
    reading: { metrics, expression: sum.join(' + ') },
    threshold: 10,
    minutes: 3,
    guardsDeployment: false,
  };
}

/** Operations whose latency and errors are measured for a table; the orders of a table are read and written by them. */
const WATCHED_OPERATIONS = ['GetItem', 'UpdateItem'] as const;

/** Milliseconds that DynamoDB takes for a single item at most; it usually takes less than ten. */
const SLOW_MS = 100;

/** Alarms on the tables of orders, stock and payments: an alarm reads ten metrics at most. */
function toDependencyAlarms<T>(tables: readonly T[]): Alarm<T>[] {
  const calls = tables
    .slice(0, 3)
    .flatMap((table) => WATCHED_OPERATIONS.map((operation) => ({ table, operation })));
  const read = (metric: (table: T, operation: string) => Metric<T>) =>
    Object.fromEntries(calls.map(({ table, operation }, index) => [`m${index}`, metric(table, operation)]));
  const ids = calls.map((_call, index) => `m${index}`);
  const common = { section: 'dependency-slow', guardsDeployment: false };
  return [
    {
      ...common,
      name: 'dependency-slow',
      description: 'DynamoDB takes longer than usual for single items',
      reading: {
        metrics: read(latencyOf),
        expression: ids.map((id) => `IF(FILL(${id}, 0) > ${SLOW_MS}, 1, 0)`).join(' + '),
      },
      threshold: 0,
      minutes: 2,
    },
    {
      ...common,
      name: 'dependency-errors',
      description: 'DynamoDB fails',
      reading: { metrics: read(failedCalls), expression: ids.map((id) => `FILL(${id}, 0)`).join(' + ') },
      threshold: 10,
      minutes: 2,
    },
  ];
}

function toFailedAlarm<T>(stage: string): Alarm<T> {
  return {
    name: 'orders-failed',
    description: 'Orders ended as FAILED: an operator gave them up, or nobody claimed them in time',
    reading: { metrics: { failed: processed(stage, 'error') as unknown as Metric<T> } },
    threshold: 0,
    minutes: 1,
    guardsDeployment: false,
  };
}

/** Minutes without a task: longer than the start of one that replaces another. */
const DOWN_MINUTES = 5;

/** Returns the alarm on services of which no task runs. */
export function toServiceDownAlarm<T>(cluster: T, services: readonly T[]): Alarm<T> {
  const ids = services.map((_service, index) => `s${index}`);
  return {
    name: 'service-down',
    description: 'A service has no running task',
    reading: {
      metrics: Object.fromEntries(
        services.map((service, index) => [`s${index}`, runningTasks(cluster, service)]),
      ),
      expression: ids.map((id) => `IF(FILL(${id}, 0) < 1, 1, 0)`).join(' + '),
    },
    threshold: 0,
    minutes: DOWN_MINUTES,
    // Without any task of any service there is no reading at all.
    missing: 'breaching',
    guardsDeployment: false,
  };
}

function toEntryAlarms<T>(loadBalancer: T, consoleTarget: T | undefined): Alarm<T>[] {
  return consoleTarget === undefined
    ? [toErrorAlarm(loadBalancer)]
    : [toErrorAlarm(loadBalancer, consoleTarget), toConsoleAlarm(loadBalancer, consoleTarget)];
}

/** Subtracts the console behind the same load balancer: its failures roll no deployment of the API back. */
function toErrorAlarm<T>(loadBalancer: T, consoleTarget?: T): Alarm<T> {
  const all = {
    target: entry(loadBalancer, 'HTTPCode_Target_5XX_Count', 'Sum'),
    balancer: entry(loadBalancer, 'HTTPCode_ELB_5XX_Count', 'Sum'),
    requests: entry(loadBalancer, 'RequestCount', 'Sum'),
  };
  const [requests, failures] =
    consoleTarget === undefined
      ? ['FILL(requests, 0)', 'FILL(target, 0) + FILL(balancer, 0)']
      : [
          '(FILL(requests, 0) - FILL(console, 0))',
          'FILL(target, 0) + FILL(balancer, 0) - FILL(consoleErrors, 0)',
        ];
  return {
    name: 'api-5xx',
    description: 'More than 1 % of the requests to the API fail',
    reading: {
      metrics: {
        ...all,
        ...(consoleTarget !== undefined && {
          console: ofTarget(loadBalancer, consoleTarget, 'RequestCount'),
          consoleErrors: ofTarget(loadBalancer, consoleTarget, 'HTTPCode_Target_5XX_Count'),
        }),
      },
      // A single failure in a quiet minute is no incident.
      expression: `IF(${requests} > 20, 100 * (${failures}) / ${requests}, 0)`,
    },
    threshold: 1,
    minutes: 3,
    guardsDeployment: true,
  };
}

/** Failed requests in a minute that are more than one page that is loaded again. */
const CONSOLE_ERRORS = 5;

function toConsoleAlarm<T>(loadBalancer: T, consoleTarget: T): Alarm<T> {
  return {
    name: 'console-errors',
    description: "Requests of the operators' console fail: the service or the login's issuer has a problem",
    reading: {
      metrics: { errors: ofTarget(loadBalancer, consoleTarget, 'HTTPCode_Target_5XX_Count') },
    },
    threshold: CONSOLE_ERRORS,
    minutes: 3,
    guardsDeployment: false,
  };
}

function toLatencyAlarm<T>(namespace: string): Alarm<T> {
  return {
    name: 'api-p99',
    description:
      'One in a hundred requests to the API takes longer than a second, those aside that ask to wait',
    reading: { metrics: { latency: apiLatency(namespace, 'p99') } },
    threshold: 1_000,
    minutes: 5,
    guardsDeployment: true,
  };
}

function toProcessorAlarms<T>(namespace: string): Alarm<T>[] {
  const processed = Object.fromEntries(
    STATUSES.map((status) => [
      status,
      processor(namespace, 'orders_processed_total', { status: status as T }, 'Sum'),
    ]),
  );
  const breakers = Object.fromEntries(
    Object.entries(RPC_SERVICES).map(([id, service]) => [
      id,
      processor(namespace, 'rpc_breaker_open', { service: service as T }, 'Maximum'),
    ]),
  );
  const total = STATUSES.map((status) => `FILL(${status}, 0)`).join(' + ');
  return [
    {
      name: 'rejected-share',
      description: 'More than half of the orders are rejected: stock, prices or the fraud rules are wrong',
      reading: {
        metrics: processed,
        expression: `IF((${total}) > 20, 100 * FILL(rejected, 0) / (${total}), 0)`,
      },
      threshold: 50,
      minutes: 5,
      guardsDeployment: false,
    },
    {
      name: 'breaker-open',
      description: 'The processor has cut off a scoring service and takes no orders until it answers again',
      reading: {
        metrics: breakers,
        expression: Object.keys(breakers)
          .map((id) => `FILL(${id}, 0)`)
          .join(' + '),
      },
      threshold: 0,
      minutes: 2,
      guardsDeployment: false,
    },
    toProblemAlarm(
      namespace,
      'stock-difference',
      'unsold-lines',
      'A completed order sold lines that were not held: stock and orders differ',
    ),
    toProblemAlarm(
      namespace,
      'capture-failed',
      'capture-failed',
      'A completed order could not be charged: re-authorize it or write it off',
    ),
    toSkewAlarm(namespace),
    {
      name: 'orders-stuck',
      description: 'The reconciler finds undecided orders that no worker has claimed for long',
      reading: {
        metrics: { stuck: processor(namespace, 'orders_stuck', { scope: STUCK_SCOPE as T }, 'Maximum') },
      },
      threshold: 0,
      minutes: 5,
      guardsDeployment: false,
    },
  ];
}

/** Time sources that the processor compares its clock with. */
export const SKEW_SOURCES: readonly string[] = ['aws', 'lease'];

function toSkewAlarm<T>(namespace: string): Alarm<T> {
  const metrics = Object.fromEntries(
    SKEW_SOURCES.flatMap((source) =>
      (['Maximum', 'Minimum'] as const).map((stat) => [
        `${source}${stat}`,
        processor(namespace, 'clock_skew_seconds', { source: source as T }, stat),
      ]),
    ),
  );
  const parts = SKEW_SOURCES.map(
    (source) => `IF(FILL(${source}Maximum, 0) > 1, 1, 0) + IF(FILL(${source}Minimum, 0) < -1, 1, 0)`,
  );
  return {
    name: 'clock-skew',
    description: 'The clock of a worker is off by more than a second: beyond two it claims no orders',
    reading: { metrics, expression: parts.join(' + ') },
    threshold: 0,
    minutes: 2,
    guardsDeployment: false,
  };
}

/** An alarm on a problem of settlements, by how the processor counts it. */
function toProblemAlarm<T>(namespace: string, name: string, kind: string, description: string): Alarm<T> {
  return {
    name,
    description,
    reading: {
      metrics: {
        problems: processor(namespace, 'order_settlement_problems_total', { kind: kind as T }, 'Sum'),
      },
    },
    threshold: 0,
    minutes: 1,
    guardsDeployment: false,
  };
}

/** Seconds that a message may wait in the webhook queue. A delivery that waits for its next attempt is a delayed message: 15 minutes. */
const WEBHOOKS_LATE_SECONDS = 1_800;

function toWebhookAlarms<T>({ webhookQueue, webhookDlq }: Watched<T>): Alarm<T>[] {
  const common = { guardsDeployment: false };
  return [
    ...(webhookDlq !== undefined
      ? [
          {
            ...common,
            name: 'webhook-dead-letters',
            description: 'Webhook messages could not be processed: events or deliveries wait for an operator',
            reading: { metrics: { messages: backlog(webhookDlq) } },
            threshold: 0,
            minutes: 1,
          },
        ]
      : []),
    ...(webhookQueue !== undefined
      ? [
          {
            ...common,
            name: 'webhooks-late',
            description:
              'A webhook message has waited for more than half an hour: the service is down or slow',
            reading: { metrics: { age: ageOfOldest(webhookQueue) } },
            threshold: WEBHOOKS_LATE_SECONDS,
            minutes: 5,
          },
        ]
      : []),
  ];
}

/** Names and texts of the alarms on log lines. */
const LINE_ALARMS: Readonly<
  Record<CountedLineName, { readonly name: string; readonly description: string }>
> = {
  payment_provider_down: {
    name: 'payment-provider-down',
    description: 'The payment provider does not answer: orders wait until it does',
  },
  payment_provider_problems: {
    name: 'payment-problem',
    description: 'The payment provider reports a dispute or a lost authorization',
  },
  webhook_endpoints_disabled: {
    name: 'webhook-endpoint-disabled',
    description: 'An endpoint was disabled, since no delivery to it succeeded for three days',
  },
};

function toLineAlarms<T>({ accessLogNamespace, countedLines = [] }: Watched<T>): Alarm<T>[] {
  if (accessLogNamespace === undefined) return [];
  return countedLines.map((line) => ({
    ...LINE_ALARMS[line],
    reading: { metrics: { lines: countedLine<T>(accessLogNamespace, line) } },
    threshold: 0,
    minutes: 1,
    guardsDeployment: false,
  }));
}
