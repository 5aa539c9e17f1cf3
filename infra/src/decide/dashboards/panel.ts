/** The form of dashboards: one definition, from which Grafana's and CloudWatch's are made. */
import type { Watched } from '../alarm.ts';
import type { Metric } from '../metrics.ts';

/** A unit, as Grafana names it. */
export type Unit = 'short' | 'reqps' | 'ops' | 's' | 'percentunit' | 'bytes' | 'currency-minor';

/** One line or group of lines of a panel. */
export interface Query {
  /** PromQL. */
  readonly expr: string;
  /** Text of the legend; `{{label}}` is a label's value. */
  readonly legend: string;
}

/** Resources that a panel can show in CloudWatch, in addition to those that the alarms watch. */
export interface CloudWatchInputs extends Watched<string> {
  readonly region: string;
  readonly cluster?: string;
  readonly services: readonly string[];
}

/** A panel. */
export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  /** Explanation for callers that look at it for the first time. */
  readonly description?: string;
  /** Empty where Prometheus does not know it. */
  readonly queries: readonly Query[];
  /** True on panels of latencies, whose points lead to traces. */
  readonly exemplars?: boolean;
  /** Metrics in CloudWatch; none where it does not know them. */
  readonly cloudWatch?: (inputs: CloudWatchInputs) => readonly Metric<string>[];
}

/** A dashboard. */
export interface Dashboard {
  /** Id in Grafana, and name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Window of rates: four scrapes at the interval of a cluster. */
const WINDOW = '1m';

/** Returns the rate of a counter, summed by labels. */
export function rateBy(labels: string, metric: string, selector = ''): string {
  return `sum by (${labels}) (rate(${metric}${selector}[${WINDOW}]))`;
}

/** Returns queries of quantiles of a histogram. */
export function quantiles(histogram: string, selector = ''): Query[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket${selector}[${WINDOW}])))`,
    legend: `p${quantile * 100}`,
  }));
}

/** Returns queries of one quantile of a histogram, by a label. */
export function quantileBy(label: string, quantile: number, histogram: string, selector = ''): Query {
  return {
    expr: `histogram_quantile(${quantile}, sum by (le, ${label}) (rate(${histogram}_bucket${selector}[${WINDOW}])))`,
    legend: `{{${label}}}`,
  };
}
