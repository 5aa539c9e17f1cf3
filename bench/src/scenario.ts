/** The shape of scenarios and of what they report. */
import type { AwsLatency } from './harness/aws-proxy-server.js';
import type { Build } from './harness/builds.js';

/** Options of a run. */
export interface BenchOptions {
  /** Fewer rounds, orders and variants: all budgets in about two minutes. */
  readonly quick: boolean;
  /** Latency that is added to AWS calls. */
  readonly latency: AwsLatency | undefined;
  /** An earlier build to compare with. */
  readonly baseline: Build | undefined;
  /** Reports progress. */
  readonly say: (line: string) => void;
}

/** A table of the report. Cells are text. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A bar chart of the report; whiskers show the spread. */
export interface BarChart {
  readonly kind: 'bars';
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly min?: number;
    readonly max?: number;
  }[];
}

/** A line chart of the report. */
export interface LineChart {
  readonly kind: 'lines';
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** A chart of the report. */
export type Chart = BarChart | LineChart;

/** A figure that must not be above or below a limit. */
export interface Budget {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly kind: 'at-most' | 'at-least';
}

/** Findings of a scenario. */
export interface ScenarioReport {
  readonly title: string;
  /** Method of the measurement, in a few sentences. */
  readonly method: string;
  readonly tables: readonly ReportTable[];
  readonly charts: readonly Chart[];
  readonly budgets: readonly Budget[];
  /** The figures behind the tables, for the JSON file. */
  readonly data: unknown;
}

/** Measures one part of the system. */
export type Scenario = (options: BenchOptions) => Promise<ScenarioReport>;

/** Returns true when the budget holds. A figure that could not be measured does not hold. */
export function holds({ value, limit, kind }: Budget): boolean {
  return kind === 'at-most' ? value <= limit : value >= limit;
}
