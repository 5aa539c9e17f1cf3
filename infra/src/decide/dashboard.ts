/** The dashboard: what a person looks at first when an alarm rings. */
import { RPC_SERVICES, STATUSES, type Watched } from './alarms.ts';
import {
  ageOfOldest,
  apiLatency,
  backlog,
  countedLine,
  entry,
  type Metric,
  processor,
  runningTasks,
  throttled,
} from './metrics.ts';

/** What the dashboard shows beside what the alarms watch. */
export interface DashboardInputs extends Watched<string> {
  readonly region: string;
  readonly cluster?: string;
  readonly services: readonly string[];
}

/** The body of a CloudWatch dashboard. */
export function toDashboard(inputs: DashboardInputs) {
  return {
    widgets: toPanels(inputs).map(({ title, metrics }, index) => ({
      type: 'metric',
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
      properties: {
        title,
        region: inputs.region,
        view: 'timeSeries',
        stacked: false,
        period: 60,
        metrics: metrics.map(toLine),
      },
    })),
  };
}

interface Panel {
  readonly title: string;
  readonly metrics: readonly Metric<string>[];
}

function toPanels(inputs: DashboardInputs): Panel[] {
  const { orderQueue, orderDlq, tables, loadBalancer, accessLogNamespace, namespace, cluster, services } =
    inputs;
  const panels: Panel[] = [
    { title: 'Orders that wait', metrics: [backlog(orderQueue), backlog(orderDlq)] },
    { title: 'Age of the oldest order (s)', metrics: [ageOfOldest(orderQueue)] },
    {
      title: 'Throttled requests by table',
      metrics: tables.flatMap((table) => [throttled(table, 'Read'), throttled(table, 'Write')]),
    },
  ];
  if (loadBalancer) {
    panels.push({
      title: 'Requests and failures',
      metrics: ['RequestCount', 'HTTPCode_Target_4XX_Count', 'HTTPCode_Target_5XX_Count'].map((name) =>
        entry(loadBalancer, name, 'Sum'),
      ),
    });
  }
  if (accessLogNamespace) {
    panels.push({
      title: 'Latency of the API without waiting requests (ms)',
      metrics: ['p50', 'p95', 'p99'].map((stat) => apiLatency(accessLogNamespace, stat)),
    });
  }
  if (cluster) {
    panels.push({ title: 'Tasks', metrics: services.map((service) => runningTasks(cluster, service)) });
  }
  if (namespace) {
    panels.push(
      {
        title: 'Orders by outcome',
        metrics: STATUSES.map((status) => processor(namespace, 'orders_processed_total', { status }, 'Sum')),
      },
      {
        title: 'Circuit breakers (1 is open)',
        metrics: Object.values(RPC_SERVICES).map((service) =>
          processor(namespace, 'rpc_breaker_open', { service }, 'Maximum'),
        ),
      },
    );
  }
  if (inputs.webhookQueue && inputs.webhookDlq) {
    panels.push({
      title: 'Webhooks that wait',
      metrics: [backlog(inputs.webhookQueue), backlog(inputs.webhookDlq)],
    });
  }
  if (accessLogNamespace && inputs.countedLines?.length) {
    panels.push({
      title: 'Payment provider and webhook endpoints',
      metrics: inputs.countedLines.map((line) => countedLine(accessLogNamespace, line)),
    });
  }
  return panels;
}

/** CloudWatch's form: namespace, name, dimensions in turn, then options. */
function toLine({ namespace, metricName, dimensions, stat }: Metric<string>): unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat }];
}
