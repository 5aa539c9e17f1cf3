/** The dashboard in CloudWatch: the panels of the dashboards that it has metrics for. */
import { DASHBOARDS } from './dashboards/index.ts';
import type { CloudWatchInputs } from './dashboards/panel.ts';
import type { Metric } from './metrics.ts';

const WIDTH = 12;
const HEIGHT = 6;
const PERIOD_SECONDS = 60;

/** Returns the body of a CloudWatch dashboard. */
export function toDashboard(inputs: CloudWatchInputs) {
  const panels = DASHBOARDS.flatMap((dashboard) => dashboard.panels)
    .map(({ title, cloudWatch }) => ({ title, metrics: cloudWatch?.(inputs) ?? [] }))
    .filter(({ metrics }) => metrics.length > 0);
  return {
    widgets: panels.map(({ title, metrics }, index) => ({
      type: 'metric',
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title,
        region: inputs.region,
        view: 'timeSeries',
        stacked: false,
        period: PERIOD_SECONDS,
        metrics: metrics.map(toLine),
      },
    })),
  };
}

/** CloudWatch's form: namespace, name, dimensions in turn, then options. */
function toLine({ namespace, metricName, dimensions, stat }: Metric<string>): unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat }];
}
